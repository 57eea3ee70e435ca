"""Public platforms as the tests make them, people who may, and what the uplink would say."""

from __future__ import annotations

from typing import Any

from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformRevision
from voltward.exchange.services import platforms as services
from voltward.exchange.services.platform_approving import uplink_propose
from voltward.records import selectors
from voltward.records import services as record_services
from voltward.records.approvals import approval_accept
from voltward.records.models import Maker, Person

PASSWORD = "s3cret-of-link"
SETTINGS = {
    "host": "platform.example", "port": 32960, "edition": 2016, "identity": "VOLTWARD000000001",
    "user": "voltward",
}  # fmt: skip


def person(maker: Maker, login: str, role: str) -> Person:
    return record_services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


def drafted(actor: Person, name: str = "national", **settings: Any) -> PlatformRevision:
    return services.uplink_add(
        actor, name=name, title=f"平台 {name}", kind="national", settings={**SETTINGS, **settings},
        password=PASSWORD,
    )  # fmt: skip


def agreed(actor: Person, second: Person, row: PlatformRevision) -> PlatformRevision:
    """Proposed by one and approved by another."""
    name = row.platform.name
    asked = uplink_propose(actor, name=name, number=row.number, note="首次对接")
    approval_accept(second, approval_id=asked.pk)
    row.refresh_from_db()
    return row


def approved(
    actor: Person, second: Person, name: str = "national", **settings: Any
) -> PlatformRevision:
    return agreed(actor, second, drafted(actor, name, **settings))


def said(at_s: float, **more: Any) -> LinkStatus:
    """A link that is up, as its uplink says at an instant."""
    return LinkStatus(**{"state": "up", "at": at_s, "since": at_s - 60, "window": 1000, **more})
