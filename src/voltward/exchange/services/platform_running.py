"""Pausing a link and letting it go on: at once, with a reason."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.models import PublicPlatform
from voltward.exchange.selectors.platforms import platform_locked
from voltward.records.actions import action, record
from voltward.records.models import Person

MANAGE: Final = "exchange.manage"


@action("uplink.pause", needs=MANAGE)
def uplink_pause(actor: Person, *, name: str, reason: str) -> PublicPlatform:
    """Log the link out; what comes meanwhile waits and is sent as reissue later.

    Raises:
        NotFound: no such platform.
        BadInput: no reason.
        WrongState: it is paused, or nothing of it was ever approved.
    """
    platform = _running(actor, name, reason, paused=False)
    platform.is_paused, platform.paused_reason = True, reason.strip()[:300]
    platform.paused_at, platform.paused_by = timezone.now(), actor
    platform.save(update_fields=["is_paused", "paused_reason", "paused_at", "paused_by"])
    after = {"paused": True, "reason": platform.paused_reason}
    record(actor, "uplink.pause", platform, before={"paused": False}, after=after,
           maker_id=platform.maker_id)  # fmt: skip
    return platform


@action("uplink.resume", needs=MANAGE)
def uplink_resume(actor: Person, *, name: str, reason: str) -> PublicPlatform:
    """Connect again; raises as ``uplink_pause``."""
    platform = _running(actor, name, reason, paused=True)
    before = {"paused": True, "reason": platform.paused_reason}
    platform.is_paused, platform.paused_reason = False, ""
    platform.paused_at = platform.paused_by = None
    platform.save(update_fields=["is_paused", "paused_reason", "paused_at", "paused_by"])
    after = {"paused": False, "reason": reason.strip()[:300]}
    record(actor, "uplink.resume", platform, before=before, after=after, maker_id=platform.maker_id)
    return platform


def _running(actor: Person, name: str, reason: str, *, paused: bool) -> PublicPlatform:
    platform = platform_locked(actor, name)
    if platform.state != states.APPROVED or platform.is_paused != paused:
        raise WrongState(f"platform {name} is {platform.state}, paused: {platform.is_paused}")
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    return platform
