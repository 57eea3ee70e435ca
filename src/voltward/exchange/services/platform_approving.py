"""The second person: new settings of a platform come into force, and a platform is retired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.platform_covers import needs_data_key
from voltward.exchange.platform_links import settings_checked, settings_of
from voltward.exchange.platform_words import changes_shown
from voltward.exchange.selectors.platforms import platform_locked, revision_in_force
from voltward.exchange.services.platform_secrets import data_key_of, password_of
from voltward.exchange.services.platforms import PROPOSE, draft_locked, not_retired
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

APPROVE: Final = "exchange.approve"


@action("uplink.propose", needs=PROPOSE)
def uplink_propose(actor: Person, *, name: str, number: int, note: str) -> Approval:
    """Ask a second person to put a draft in force.

    Raises:
        NotFound: no such draft.
        BadInput: no reason, no password, or no vehicles.
        WrongState: it is no draft.
    """
    row = draft_locked(actor, name, number, "propose")
    if not note.strip():
        raise BadInput("note: empty; say why the settings change")
    whole_checked(row)
    row.state, row.proposed_by = states.after(row.state, "propose"), actor
    row.note = note.strip()[:500]
    payload = {"revision": row.pk}
    row.approval = approvals.opened(actor, REVISION, title=str(row), payload=payload, reason=note)
    row.save(update_fields=["state", "proposed_by", "note", "approval"])
    before = {} if row.base is None else settings_of(row.base)
    record(
        actor, "uplink.propose", row, before=before, after={**settings_of(row), "note": row.note}
    )
    return row.approval


@action("uplink.approve", needs=APPROVE)
def _approved(actor: Person, *, approval: Approval) -> PlatformRevision:
    rows = PlatformRevision.objects.select_for_update(of=("self",)).select_related("platform")
    row = rows.filter(pk=approval.payload["revision"], maker=actor.maker).first()
    if row is None:
        raise NotFound(f"platform revision {approval.payload['revision']}")
    states.after(row.state, "approve")
    whole_checked(row)
    revision_put_in_force(row, actor)
    after = {"platform": row.platform.name, "number": row.number}
    record(actor, "uplink.approve", row, before={"state": states.PROPOSED}, after=after)
    return row


def revision_put_in_force(row: PlatformRevision, approver: Person) -> None:
    """For use inside an action.

    Raises:
        WrongState: the platform is retired, or newer settings than its base are in force by now.
    """
    platform = PublicPlatform.objects.select_for_update().get(pk=row.platform_id)
    newest = revision_in_force(platform)
    if platform.state == states.RETIRED or (newest.pk if newest else None) != row.base_id:
        raise WrongState(f"{row}: retired, or based on settings that are no longer in force")
    row.state, row.approved_by, row.approved_at = states.APPROVED, approver, timezone.now()
    row.save(update_fields=["state", "approved_by", "approved_at", "by_command", "proposed_by"])
    if platform.state != states.APPROVED:
        platform.state = states.APPROVED
        platform.save(update_fields=["state"])


def whole_checked(row: PlatformRevision) -> None:
    """
    Raises:
        BadInput: what could not be sent to: a setting, no password, or no vehicles.
    """
    password = password_of(row)
    if not password:
        raise BadInput("password: none; the platform would refuse the login")
    data_key = data_key_of(row)
    if needs_data_key(row) and not data_key:
        raise BadInput("data_key: none; nothing could be encrypted")
    settings_checked(row.platform, row, password, data_key)
    if not row.all_vehicles and not row.choices.exists():
        raise BadInput("all_vehicles: no vehicle would be sent; choose some")


@action("uplink.retire_ask", needs=PROPOSE)
def uplink_retire_ask(actor: Person, *, name: str, reason: str) -> Approval:
    """Ask a second person to send a platform nothing more, for good.

    Raises:
        NotFound: no such platform.
        BadInput: no reason.
        WrongState: it is retired.
    """
    platform = platform_locked(actor, name)
    not_retired(platform)
    if not reason.strip():
        raise BadInput("reason: empty; say why nothing more is sent")
    payload = {"platform": platform.name}
    asked = approvals.opened(actor, RETIRING, title=str(platform), payload=payload, reason=reason)
    record(actor, "uplink.retire_ask", platform, before={}, after=payload)
    return asked


@action("uplink.retire", needs=APPROVE)
def _retired(actor: Person, *, approval: Approval) -> PublicPlatform:
    platform = platform_locked(actor, approval.payload["platform"])
    not_retired(platform)
    before, platform.state = platform.state, states.RETIRED
    platform.save(update_fields=["state"])
    platform.warnings.filter(ended_at=None).update(ended_at=timezone.now())
    record(actor, "uplink.retire", platform, before={"state": before}, after={"state": "retired"})
    return platform


def _apply(decider: Person, approval: Approval) -> Any:
    return _approved(decider, approval=approval)


def _apply_retiring(decider: Person, approval: Approval) -> Any:
    return _retired(decider, approval=approval)


def _shown(approval: Approval) -> Sequence[tuple[Text, str]]:
    """Each setting that would change, as it is and as it would be."""
    rows = PlatformRevision.objects.filter(
        pk=approval.payload["revision"], maker=approval.maker_id
    ).select_related("platform", "base")
    row = rows.first()
    return [] if row is None else changes_shown(row.base, row)


REVISION = approvals.register(
    approvals.Kind("uplink.revision", _("平台对接设置"), APPROVE, _apply, _shown)
)
RETIRING = approvals.register(
    approvals.Kind("uplink.retire", _("停用公共平台"), APPROVE, _apply_retiring)
)
