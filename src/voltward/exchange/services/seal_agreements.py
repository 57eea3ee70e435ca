"""What a maker agrees with its terminals: proposed by one person, in force when a second one agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.exchange.models import SealAgreement
from voltward.exchange.services.key_changes import keys_changed
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.days import today
from voltward.records.events import ApprovalDecided, ApprovalWithdrawn, listen
from voltward.records.models import Approval, Person

APPROVE: Final = "terminal_key.approve"
FIELDS: Final = (
    "effective_from", "mode", "padding", "vector", "sm2", "rsa", "wrap", "logins_signed", "source",
)  # fmt: skip


@action("seal_agreement.propose", needs="terminal_key.write")
def seal_agreement_propose(
    actor: Person, *, values: Mapping[str, Any], reason: str
) -> SealAgreement:
    """Ask a second person for an agreement from a day on.

    Raises:
        BadInput: no reason, a day that has passed, or values that make no agreement.
    """
    if not reason.strip() or actor.maker is None or set(values) != set(FIELDS):
        raise BadInput(f"reason: empty, or fields other than {', '.join(FIELDS)}")
    if values["effective_from"] < today():
        raise BadInput(f"effective_from: {values['effective_from']} has passed")
    row = SealAgreement(maker=actor.maker, proposed_by=actor, **values)
    try:
        row.full_clean(exclude=["maker", "proposed_by", "approval", "approved_by"])
    except ValidationError as error:
        raise BadInput("; ".join(error.messages)) from error
    row.save()
    row.approval = approvals.opened(
        actor, AGREEMENT, title=str(row), payload={"agreement": row.pk}, reason=reason
    )
    row.save(update_fields=["approval"])
    record(actor, "seal_agreement.propose", row, before={}, after=_told(row))
    return row


@action("seal_agreement.approve", needs=APPROVE)
def _approve(actor: Person, *, approval: Approval) -> SealAgreement:
    row = _locked(actor, approval)
    row.state, row.approved_by = "approved", actor
    row.save(update_fields=["state", "approved_by"])
    record(actor, "seal_agreement.approve", row, before={"state": "proposed"}, after=_told(row))
    keys_changed()
    return row


@action("seal_agreement.refuse", needs="account.own")
def _refuse(actor: Person, *, approval: Approval) -> None:
    row = _locked(actor, approval)
    row.state = "refused"
    row.save(update_fields=["state"])
    after = {"state": "refused", "note": approval.note}
    record(actor, "seal_agreement.refuse", row, before={"state": "proposed"}, after=after)


def _locked(actor: Person, approval: Approval) -> SealAgreement:
    rows = SealAgreement.objects.select_for_update(of=("self",))
    return rows.get(pk=approval.payload["agreement"], maker=actor.maker_id)


@listen(ApprovalDecided)
def _decided(actor: Person, event: ApprovalDecided) -> None:
    if event.approval.kind == AGREEMENT.code and event.approval.state == "refused":
        _refuse(actor, approval=event.approval)


@listen(ApprovalWithdrawn)
def _withdrawn(actor: Person, event: ApprovalWithdrawn) -> None:
    if event.approval.kind == AGREEMENT.code:
        _refuse(actor, approval=event.approval)


def _apply(decider: Person, approval: Approval) -> SealAgreement:
    return _approve(decider, approval=approval)


def _told(row: SealAgreement) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in (*FIELDS, "state")}
    return told | {"effective_from": row.effective_from.isoformat()}


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    row = SealAgreement.objects.get(pk=approval.payload["agreement"])
    shown = []
    for name in FIELDS:
        field: Any = row._meta.get_field(name)
        said = getattr(row, f"get_{name}_display", None)
        if name != "logins_signed":
            shown.append((field.verbose_name, str(said() if said else getattr(row, name))))
    return [*shown, (_("登入须签名"), str(_("是") if row.logins_signed else _("否")))]


AGREEMENT = approvals.register(
    approvals.Kind("terminal_key.agreement", _("签名与加密约定"), APPROVE, _apply, _shown)
)
