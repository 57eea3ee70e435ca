"""Asking for commands to vehicles, agreeing to them, taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import downlink_states as states
from voltward.exchange.downlink_frames import frame_of
from voltward.exchange.downlink_words import lines_of
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.models.downlink import DANGEROUS, UPGRADE
from voltward.exchange.selectors.downlink import grounds_of
from voltward.exchange.selectors.link_rules import link_rule, span_of
from voltward.fleet.selectors import vehicle_by_vin
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.events import ApprovalDecided, ApprovalWithdrawn, listen
from voltward.records.models import Approval, Person
from voltward.records.notice_ports import ports

ASK: Final = "downlink.ask"
APPROVE: Final = "downlink.approve"
WAITS: Final = "downlink_waits"  # the rule: how long a command waits for its vehicle


@action(ASK, needs=ASK)
def downlink_ask(
    actor: Person,
    *,
    vin: str,
    kind: str,
    edition: int,
    reason: str,
    body: Mapping[str, Any],
    control: int | None = None,
    password: str = "",
    grounds: str = "",
) -> DownlinkCommand:
    """Ask a second person for a command; until somebody agrees nothing is sent.

    ``grounds``: ``Alarm:17`` or ``WatchCase:5``, open and of this vehicle; upgrade, shutdown and factory
    defaults need one. ``password``: of the dial-up for an upgrade.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        BadInput: no reason, no grounds, or nothing that the edition can say.
    """
    vehicle = vehicle_by_vin(actor, vin)
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    if password and control != UPGRADE:
        raise BadInput("password: only an upgrade has one")
    frame_of(
        vin=vehicle.vin, edition=edition, kind=kind, control=control, body=body, password=password
    )
    row = DownlinkCommand(
        maker=vehicle.maker, vehicle=vehicle, kind=kind, control=control, edition=edition,
        body=dict(body), reason=reason.strip()[:500], asked_by=actor,
    )  # fmt: skip
    _ground(actor, row, grounds)
    row.save()
    if password:
        row.sealed = ports().secrets.seal(_purpose(row), password)
    row.approval = approvals.opened(
        actor, SEND, title=f"{row} · {vehicle.vin}", payload={"command": row.pk}, reason=reason
    )
    row.save(update_fields=["sealed", "approval"])
    after = {"what": row.what, "edition": edition, "body": row.body, "reason": row.reason}
    record(actor, ASK, row, before={}, after=after)
    return row


@action("downlink.withdraw", needs=ASK)
def downlink_withdraw(actor: Person, *, command_id: int, reason: str) -> DownlinkCommand:
    """Take back what was agreed to and has not been sent.

    Raises:
        NotFound: no such command of the actor's maker.
        WrongState: it was sent, is over, or waits for its second person (whose wish is withdrawn).
        BadInput: no reason.
    """
    row = _locked(actor, command_id)
    if row.state == states.ASKED:
        raise WrongState(f"command {command_id} waits for its second person: withdraw the wish")
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    return _ended(actor, row, "withdraw", {"reason": reason.strip()[:300]})


@action(APPROVE, needs=APPROVE)
def _approve(actor: Person, *, approval: Approval) -> DownlinkCommand:
    """Into its vehicle's queue, for as long as the rule says."""
    row, now = _locked(actor, approval.payload["command"]), timezone.now()
    _still_grounded(actor, row)
    rule = link_rule(row.maker_id, WAITS, now)
    if rule is None:
        raise WrongState(f"rule {WAITS} is switched off: no command may wait without an end")
    row.state = states.after(row.state, "approve")
    row.approved_by, row.approved_at, row.valid_until = actor, now, now + span_of(rule)
    row.save(update_fields=["state", "approved_by", "approved_at", "valid_until"])
    after = {"state": row.state, "valid_until": row.valid_until.isoformat()}
    record(actor, APPROVE, row, before={"state": states.ASKED}, after=after)
    return row


@action("downlink.refuse", needs="account.own")
def _refuse(actor: Person, *, approval: Approval) -> DownlinkCommand:
    row = _locked(actor, approval.payload["command"])
    step = "withdraw" if approval.state == "withdrawn" else "refuse"
    return _ended(actor, row, step, {"note": approval.note}, name="downlink.refuse")


def password_of(row: DownlinkCommand) -> str:
    """In the clear; "" where none was given.

    Raises:
        BadSetting: sealed with another key, or for another command.
    """
    if row.sealed is None:
        return ""
    return ports().secrets.unseal(_purpose(row), bytes(row.sealed))


def _purpose(row: DownlinkCommand) -> str:
    return f"downlink:{row.pk}"


def _ground(actor: Person, row: DownlinkCommand, grounds: str) -> None:
    alarms, cases = grounds_of(actor, row.vehicle)
    row.alarm = next((one for one in alarms if grounds == f"Alarm:{one.pk}"), None)
    row.case = next((one for one in cases if grounds == f"WatchCase:{one.pk}"), None)
    is_missing = row.alarm is None and row.case is None
    if is_missing and (grounds or row.control in DANGEROUS):
        raise BadInput(f"grounds: {grounds[:40]!r}, expected an open alarm or case of the vehicle")


def _still_grounded(actor: Person, row: DownlinkCommand) -> None:
    """
    Raises:
        WrongState: what made a dangerous command necessary is over.
    """
    alarms, cases = grounds_of(actor, row.vehicle)
    if row.control in DANGEROUS and row.alarm not in alarms and row.case not in cases:
        raise WrongState(f"command {row.pk}: its alarm or case is closed")


def _locked(actor: Person, command_id: int) -> DownlinkCommand:
    rows = DownlinkCommand.objects.select_for_update(of=("self",))
    found = rows.select_related("vehicle", "alarm", "case")
    row = found.filter(pk=command_id, maker=actor.maker_id).first()
    if row is None:
        raise NotFound(f"downlink command {command_id}")
    return row


def _ended(
    actor: Person, row: DownlinkCommand, step: str, told: dict[str, Any], name: str = ""
) -> DownlinkCommand:
    before, row.state = row.state, states.after(row.state, step)
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "ended_at"])
    after = {"state": row.state, **told}
    record(actor, name or f"downlink.{step}", row, before={"state": before}, after=after)
    return row


@listen(ApprovalDecided)
def _decided(actor: Person, event: ApprovalDecided) -> None:
    if event.approval.kind == SEND.code and event.approval.state == "refused":
        _refuse(actor, approval=event.approval)


@listen(ApprovalWithdrawn)
def _withdrawn(actor: Person, event: ApprovalWithdrawn) -> None:
    if event.approval.kind == SEND.code:
        _refuse(actor, approval=event.approval)


def _apply(decider: Person, approval: Approval) -> DownlinkCommand:
    return _approve(decider, approval=approval)


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    rows = DownlinkCommand.objects.select_related("vehicle", "alarm", "case")
    row = rows.get(pk=approval.payload["command"])
    grounds = [(_("依据"), str(row.alarm or row.case))] if row.alarm or row.case else []
    return [
        ("VIN", row.vehicle.vin),
        (_("指令"), row.what),
        (_("协议版本"), row.get_edition_display()),
        *lines_of(row),
        *grounds,
    ]


SEND = approvals.register(approvals.Kind("downlink.send", _("下行指令"), APPROVE, _apply, _shown))
