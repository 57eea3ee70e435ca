"""What each role may do: the grants its holders have. The only place that says so."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """A role as data; ``grants`` are the names that pages, API and actions ask for."""

    code: str
    title: str | Promise
    grants: frozenset[str]


MONITORING_OPERATOR: Final = "monitoring_operator"
SAFETY_HEAD: Final = "safety_head"
INTEGRATOR: Final = "integrator"
SYSTEM_ADMIN: Final = "system_admin"
INSTALLATION: Final = "installation"

_READ_VEHICLES = frozenset({"vehicle.read", "telemetry.read"})

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            MONITORING_OPERATOR,
            _("监测值班员"),
            _READ_VEHICLES
            | {"home.read", "frame.read", "position.read", "vehicle.register", "replay.start"},
        ),
        Role(
            SAFETY_HEAD,
            _("安全管理部门负责人"),
            _READ_VEHICLES
            | {"home.read", "frame.read", "position.read", "vehicle.register", "audit.read"},
        ),
        # reads through the API only: an integrator's account cannot log in to the pages
        Role(INTEGRATOR, _("系统集成（只读接口）"), _READ_VEHICLES | {"position.read"}),
        # runs the platform; sees no vehicle data
        Role(
            SYSTEM_ADMIN,
            _("系统管理员"),
            frozenset({"home.read", "system.read", "person.manage", "token.manage", "audit.read"}),
        ),
        # the platform itself: set-up commands and what arrives from the gateway
        Role(
            INSTALLATION,
            _("平台自身"),
            frozenset(
                {
                    "maker.manage",
                    "person.manage",
                    "token.manage",
                    "vehicle.register",
                    "vehicle.admit",
                }
            ),
        ),
    )
}

# everybody who is logged in may look after their own account
OWN_ACCOUNT: Final = "account.own"


def grants_of(codes: frozenset[str]) -> frozenset[str]:
    """All grants of the roles ``codes``; a role that is no longer in the table gives none."""
    return frozenset({OWN_ACCOUNT}).union(*(ROLES[code].grants for code in codes if code in ROLES))
