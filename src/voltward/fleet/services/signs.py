"""The sign of a model's current: proposed from its telemetry, decided by a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.fleet.current_sign import Evidence, Series, current_sign
from voltward.fleet.models import CurrentSignProposal, VehicleModel
from voltward.fleet.selectors.products import product_locked
from voltward.fleet.services.writing import saved
from voltward.records.actions import action, record
from voltward.records.models import Person


@action("current_sign.propose", needs="vehicle.write")
def current_sign_propose(
    actor: Person, *, model_id: int, series: Sequence[Series]
) -> tuple[Evidence, CurrentSignProposal | None]:
    """Judge a model's vehicles; a decided sign waits for a person, an undecided one makes no row.

    A proposal that still waits is replaced by the newer one.

    Raises:
        NotFound: no such model of the actor's maker.
        BadInput: series whose arrays differ in length.
    """
    model = product_locked(actor, VehicleModel, model_id)
    evidence = current_sign(series)
    record(actor, "current_sign.propose", model, before={}, after=evidence.as_json())
    if evidence.sign is None:
        return evidence, None
    model.sign_proposals.filter(state="proposed").delete()
    proposal = CurrentSignProposal(
        model=model, sign=evidence.sign, evidence=evidence.as_json(), proposed_by=actor
    )
    return evidence, saved(proposal)


@action("current_sign.decide", needs="vehicle.write")
def current_sign_decide(actor: Person, *, proposal_id: int, is_right: bool) -> VehicleModel:
    """Confirm what was detected, or say that it is wrong; only then does the sign count.

    Raises:
        NotFound: no such proposal of the actor's maker.
        WrongState: it was decided already.
    """
    rows = CurrentSignProposal.objects.select_for_update(of=("self",))
    proposal = rows.filter(pk=proposal_id, model__maker=actor.maker).first()
    if proposal is None:
        raise NotFound(f"current sign proposal {proposal_id}")
    if proposal.state != "proposed":
        raise WrongState(f"current sign proposal {proposal_id} is {proposal.state}")
    proposal.state = "confirmed" if is_right else "refused"
    proposal.decided_by, proposal.decided_at = actor, timezone.now()
    saved(proposal)
    return _set(
        actor, "current_sign.decide", proposal.model_id, proposal.sign if is_right else None
    )


@action("current_sign.set", needs="vehicle.write")
def current_sign_set(actor: Person, *, model_id: int, sign: int | None) -> VehicleModel:
    """Set the sign by hand, where somebody knows it from the maker's documents.

    Raises:
        NotFound: no such model of the actor's maker.
        BadInput: neither +1, -1 nor None.
    """
    if sign not in (1, -1, None):
        raise BadInput(f"sign {sign}: +1 or -1 is expected")
    return _set(actor, "current_sign.set", model_id, sign)


def _set(actor: Person, name: str, model_id: int, sign: int | None) -> VehicleModel:
    """A refused proposal (no sign) leaves a sign that was confirmed before as it is."""
    model = product_locked(actor, VehicleModel, model_id)
    before = {"current_sign": model.current_sign}
    if sign is not None or name == "current_sign.set":
        model.current_sign = sign
        saved(model)
    record(actor, name, model, before=before, after={"current_sign": model.current_sign})
    return model
