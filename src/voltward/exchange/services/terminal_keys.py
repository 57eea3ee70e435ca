"""Every write to terminal keys: asked for by one person, carried out when a second one agrees."""

from __future__ import annotations

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import states
from voltward.exchange.models import TerminalKey
from voltward.exchange.models.terminal_keys import ACTIVE
from voltward.exchange.selectors.terminal_keys import terminal_key_by_id
from voltward.exchange.services.key_changes import keys_changed
from voltward.fleet.services import registry_changed
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

APPROVE: Final = "terminal_key.approve"
STEPS: Final = ("activate", "revoke")


@action("terminal_key.ask", needs="terminal_key.write")
def terminal_key_ask(actor: Person, *, key_id: int, step: str, reason: str) -> Approval:
    """Ask a second person to activate or to revoke a key; until somebody agrees nothing changes.

    Raises:
        NotFound: no such key of the actor's maker.
        WrongState: the step does not follow, or the key waits for a decision already.
        BadInput: no reason, or no such step.
    """
    if step not in STEPS or not reason.strip():
        raise BadInput("reason: empty, or a step other than activate and revoke")
    row = _locked(actor, key_id)
    states.after(row.state, step)
    if row.approval is not None and row.approval.state == "waiting":
        raise WrongState(f"terminal key {key_id} waits for a decision")
    row.approval = approvals.opened(
        actor, KINDS[step], title=str(row), payload={"key": row.pk}, reason=reason
    )
    row.save(update_fields=["approval"])
    after = {"step": step, "reason": reason.strip()[:300]}
    record(actor, "terminal_key.ask", row, before={}, after=after)
    return row.approval


def _locked(actor: Person, key_id: int) -> TerminalKey:
    terminal_key_by_id(actor, key_id)
    rows = TerminalKey.objects.select_for_update(of=("self",)).select_related("approval", "vehicle")
    row = rows.filter(pk=key_id, maker=actor.maker_id).first()
    if row is None:
        raise NotFound(f"terminal key {key_id}")
    return row


@action("terminal_key.activate", needs=APPROVE)
def _activate(actor: Person, *, approval: Approval) -> TerminalKey:
    """From now on the vehicle is enrolled. Another key of the same chip ends with this one's begin."""
    row = _locked(actor, approval.payload["key"])
    older = TerminalKey.objects.filter(vehicle=row.vehicle, chip_id=row.chip_id, state=ACTIVE)
    for one in older.exclude(pk=row.pk).select_for_update(of=("self",)):
        _stepped(actor, one, "revoke")
    return _stepped(actor, row, "activate")


@action("terminal_key.revoke", needs=APPROVE)
def _revoke(actor: Person, *, approval: Approval) -> TerminalKey:
    """The key proves nothing any more; the vehicle stays enrolled and needs another one."""
    return _stepped(actor, _locked(actor, approval.payload["key"]), "revoke")


def _stepped(actor: Person, row: TerminalKey, step: str) -> TerminalKey:
    before, row.state = row.state, states.after(row.state, step)
    if row.state == ACTIVE:
        row.activated_at = timezone.now()
    else:
        row.revoked_at = timezone.now()
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "activated_at", "revoked_at"])
    except IntegrityError as error:
        raise WrongState(f"chip {row.chip_id} is in use in another vehicle") from error
    after = {"state": row.state, "chip_id": row.chip_id, "fingerprint": row.fingerprint}
    record(actor, f"terminal_key.{step}", row, before={"state": before}, after=after)
    keys_changed()
    registry_changed()  # which says of each vehicle whether it is enrolled
    return row


def _apply(step: str) -> Any:
    return lambda decider, approval: (_activate if step == "activate" else _revoke)(
        decider, approval=approval
    )


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    row = TerminalKey.objects.select_related("vehicle").get(pk=approval.payload["key"])
    return [
        ("VIN", row.vehicle.vin),
        (_("芯片编号"), row.chip_id),
        (_("签名算法"), row.get_algorithm_display()),
        (_("公钥指纹"), row.fingerprint),
        (_("来源"), str(row.get_source_display())),
        (_("状态"), str(row.get_state_display())),
    ]


KINDS: Final = {
    "activate": approvals.register(
        approvals.Kind(
            "terminal_key.activate", _("启用终端密钥"), APPROVE, _apply("activate"), _shown
        )
    ),
    "revoke": approvals.register(
        approvals.Kind("terminal_key.revoke", _("撤销终端密钥"), APPROVE, _apply("revoke"), _shown)
    ),
}
