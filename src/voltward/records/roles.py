"""What each role may do: the grants its holders have. The only place that says so."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """A role as data; ``grants`` are the names that pages, API and actions ask for.

    ``administers``: which of the three administrators apart (三权分立) it is; nobody may hold two
    of them, nor one of them beside a role that works with vehicles (GB/T 22239-2019 8.1.5).
    ``sensitive``: giving it takes a second person.
    ``reads``: it changes nothing but the holder's own account, and the database sees to it
    (``wall.READER``).
    """

    code: str
    title: str | Promise
    grants: frozenset[str]
    administers: str = ""
    sensitive: bool = False
    reads: bool = False


SAFETY_HEAD: Final = "safety_head"
MONITORING_OPERATOR: Final = "monitoring_operator"
QUALITY_ENGINEER: Final = "quality_engineer"
PRODUCTION: Final = "production"
SUPPLIER_QUALITY: Final = "supplier_quality"
AFTERSALES: Final = "aftersales"
OUTLET: Final = "outlet"
INCIDENT_DESK: Final = "incident_desk"
CYBER_OFFICER: Final = "cyber_officer"
DATA_PROTECTION_OFFICER: Final = "data_protection_officer"
AUDITOR: Final = "auditor"
REGULATOR: Final = "regulator"
INTEGRATOR: Final = "integrator"
SYSTEM_ADMIN: Final = "system_admin"
SECURITY_ADMIN: Final = "security_admin"
AUDIT_ADMIN: Final = "audit_admin"
INSTALLATION: Final = "installation"

# everybody who is logged in may look after their own account, inbox and tasks
OWN_ACCOUNT: Final = "account.own"

# Grants are named <thing>.<verb>. What everybody at work needs, beside their own account:
_WORK = frozenset(
    {"home.read", "vehicle.read", "clock.read", "attachment.read", "link.read", "list.subscribe"}
)
_WRITE = frozenset({"attachment.write", "link.write", "clock.write"})
_TELEMETRY = frozenset({"telemetry.read", "frame.read", "duty.read"})
_SPINE = frozenset({"vehicle.register", "vehicle.write", "import.run", "part.import"})
_WATCH = frozenset({"watch.read", "watch.handle"})  # vehicles followed until there is a verdict
_DATA_QUALITY = frozenset({"quality_data.read", "quality_data.handle"})
_PERSONAL = frozenset({"owner.read"})  # personal data is masked without it, and its reading logged
_OWNERS = _PERSONAL | {"owner.write"}
# links to public platforms: settings take two persons, pausing is at once
_LINKS = frozenset({"exchange.read", "exchange.propose", "exchange.approve", "exchange.manage"})
_DOWNLINK = frozenset({"downlink.read", "downlink.ask"})  # sending takes a second person
_ALARMS = frozenset({"alarm.read", "alarm.handle", "alarm.close"})
# outlets and charging sites: who reads alarms sees what is near, who answers for them keeps the books
_PLACES = frozenset({"place.read"})
_ACCIDENTS = frozenset({"accident.ask"})  # frames round a moment, frozen
_FEEDBACK = frozenset({"feedback.handle"})  # what public platforms judge of our vehicles
_BY_HAND = frozenset({"manual_report.handle"})  # thermal events reported to authorities by a person

_TABLE = (
    Role(
        SAFETY_HEAD,
        _("安全管理部门负责人"),
        _WORK | _WRITE | _TELEMETRY | _SPINE | _OWNERS | _ALARMS | _WATCH | _LINKS
        | _DATA_QUALITY | _FEEDBACK | _BY_HAND | _ACCIDENTS | _PLACES
        | {"watch.close", "watch.review", "position.read", "audit.read", "rule.propose", "rule.approve",
           "hold.manage", "import.undo", "org.manage", "role.approve", "export.large", "notice.manage",
           "retention.read", "agreement.write", "limit.propose", "limit.approve", "alarm.approve",
           "duty.manage", "duty.work", "terminal_key.read", "terminal_key.write", "terminal_key.approve",
           "security.read", "outlet.write", "site.write"} | _DOWNLINK | {"downlink.approve"},
        sensitive=True,
    ),
    Role(
        MONITORING_OPERATOR,
        _("监测值班员"),
        _WORK | _WRITE | _TELEMETRY | _PERSONAL | _ALARMS | _WATCH | _PLACES
        | {"position.read", "vehicle.register", "replay.start", "limit.propose", "duty.work", "watch.close",
           "exchange.read", "site.write"} | _DATA_QUALITY | _FEEDBACK | _BY_HAND | _DOWNLINK | _ACCIDENTS,
    ),
    Role(
        QUALITY_ENGINEER,
        _("质量工程师"),
        _WORK | _WRITE | _TELEMETRY | _SPINE | _WATCH | _DATA_QUALITY | _PLACES
        | {"rule.propose", "export.large", "limit.propose", "alarm.read", "watch.review"},
    ),
    Role(PRODUCTION, _("生产管理人员"), _WORK | _WRITE | _SPINE),
    Role(SUPPLIER_QUALITY, _("供应商质量工程师"), _WORK | _WRITE | {"import.run", "part.import"}),
    Role(
        AFTERSALES,
        _("售后服务人员"),
        _WORK | _WRITE | _SPINE | _OWNERS | _WATCH | _PLACES
        | {"telemetry.read", "agreement.write", "alarm.read", "outlet.write", "site.write"},
    ),
    Role(OUTLET, _("服务网点人员"), _WORK | _WRITE | _PLACES),
    Role(
        INCIDENT_DESK,
        _("应急值守人员"),
        _WORK | _WRITE | _TELEMETRY | _PERSONAL | _ALARMS | _PLACES | {"position.read", "duty.work"},
    ),
    Role(
        CYBER_OFFICER,
        _("网络安全负责人"),
        _WORK | _WRITE | _LINKS
        | {"audit.read", "rule.propose", "import.run", "terminal_key.read", "terminal_key.write",
           "terminal_key.approve", "security.read"} | _DOWNLINK | {"downlink.approve"},
    ),
    Role(
        DATA_PROTECTION_OFFICER,
        _("个人信息保护负责人"),
        _WORK | _WRITE | _OWNERS
        | {"audit.read", "owner.erase", "export.approve", "retention.read", "rule.propose", "rule.approve",
           "hold.manage", "agreement.write"},
        sensitive=True,
    ),
    Role(AUDITOR, _("审计人员（只读）"),
         _WORK | _TELEMETRY | _PLACES
         | {"audit.read", "retention.read", "alarm.read", "watch.read", "exchange.read", "quality_data.read",
            "terminal_key.read", "security.read", "downlink.read"},
         reads=True),
    Role(REGULATOR, _("监管人员（只读）"),
         _WORK | _TELEMETRY | _PLACES
         | {"retention.read", "alarm.read", "watch.read", "exchange.read", "downlink.read"},
         reads=True),
    # reads through the API only (docs/decisions/015): an integrator's account cannot log in to the pages
    Role(
        INTEGRATOR,
        _("系统集成（只读接口）"),
        frozenset({"vehicle.read", "telemetry.read", "position.read", "alarm.read", "watch.read", "place.read"}),
        reads=True,
    ),
    # the three administrators apart: none of them sees vehicle data
    Role(
        SYSTEM_ADMIN,
        _("系统管理员"),
        frozenset(
            {"home.read", "system.read", "person.manage", "account.manage", "token.manage", "org.manage",
             "notice.manage", "webhook.manage"}
        ),
        administers="system",
        sensitive=True,
    ),
    Role(
        SECURITY_ADMIN,
        _("安全管理员"),
        frozenset(
            {"home.read", "role.assign", "role.approve", "session.manage", "account.manage", "key.rotate",
             "policy.manage"}
        ),
        administers="security",
        sensitive=True,
    ),
    Role(
        AUDIT_ADMIN,
        _("审计管理员"),
        frozenset({"home.read", "audit.read", "audit.export", "audit.verify"}),
        administers="audit",
        sensitive=True,
    ),
    # the platform itself: set-up commands, jobs and what arrives from the gateway
    Role(
        INSTALLATION,
        _("平台自身"),
        frozenset(
            {"maker.manage", "person.manage", "account.manage", "token.manage", "vehicle.register", "vehicle.admit",
             "role.assign", "role.approve", "org.manage", "clock.write", "clock.sweep", "notice.send", "rule.seed",
             "key.rotate", "retention.apply", "vehicle.write", "import.run", "link.write", "list.follow",
             "export.make", "mark.confirm", "finding.take", "limit.try", "alarm.dispose", "advice.give",
             "duty.run", "watch.sweep", "exchange.install", "exchange.watch", "exchange.manage",
             "quality.take", "quality.sweep", "security.take", "report.make", "report.take", "feedback.take",
             "manual_report.open",
             "downlink.run", "accident.freeze"}
        ),
    ),
)  # fmt: skip
ROLES: dict[str, Role] = {role.code: role for role in _TABLE}


def grants_of(codes: frozenset[str]) -> frozenset[str]:
    """All grants of the roles ``codes``; a role that is no longer in the table gives none."""
    return frozenset({OWN_ACCOUNT}).union(*(ROLES[code].grants for code in codes if code in ROLES))
