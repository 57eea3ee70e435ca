"""Second persons: which wishes wait for one, who that may be, and what then happens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound, NotPermitted, WrongState
from voltward.pages.room import Text
from voltward.records.actions import action, record
from voltward.records.events import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, tell
from voltward.records.models import Approval, Person
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors.recipients import grant_holders


@dataclass(frozen=True)
class Kind:
    """``needs``: the second person's grant. ``apply(decider, approval)`` carries the wish out.

    ``apply`` runs in the transaction of the decision; what it refuses leaves the wish waiting.
    ``shown(approval)``: what is asked for as pairs of title and value, masked where it must be.
    ``barred(approval)``: numbers of people who may not decide it, beside the one who asked.
    """

    code: str
    title: Text
    needs: str
    apply: Callable[[Person, Approval], object]
    shown: Callable[[Approval], Sequence[tuple[Text, str]]] | None = None
    barred: Callable[[Approval], Collection[int]] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; rooms do so where their services are."""
    KINDS[kind.code] = kind
    return kind


def opened(
    actor: Person, kind: Kind, *, title: str, payload: dict[str, Any], reason: str = ""
) -> Approval:
    """A new wish, for use inside an action; its audit row is the caller's."""
    approval = Approval.objects.create(
        maker=actor.maker, kind=kind.code, title=title[:200], payload=payload,
        reason=reason.strip()[:500], asked_by=actor,
    )  # fmt: skip
    tell(actor, ApprovalAsked(approval))
    return approval


def deciders(approval: Approval) -> list[Person]:
    """Who may decide a wish now: its maker's holders of the grant, but not who asked or is barred."""
    kind = KINDS[approval.kind]
    barred = {approval.asked_by_id, *(kind.barred(approval) if kind.barred else ())}
    found = grant_holders(approval.maker_id, kind.needs)
    return [person for person in found if person.pk not in barred]


def approval_visible(actor: Person) -> QuerySet[Approval]:
    """What the actor asked for and what the actor may decide, newest first."""
    mine = Approval.objects.filter(asked_by=actor)
    kinds = [kind.code for kind in KINDS.values() if kind.needs in actor.grants]
    others = Approval.objects.filter(kind__in=kinds)
    if actor.maker_id is not None:
        others = others.filter(maker=actor.maker_id)
    return (mine | others).select_related("asked_by", "decided_by").order_by("-asked_at", "-pk")


def approval_waiting(actor: Person) -> QuerySet[Approval]:
    """What waits for this very person, oldest first."""
    waiting = approval_visible(actor).filter(state="waiting").exclude(asked_by=actor)
    return waiting.order_by("asked_at", "pk")


def approval_by_id(actor: Person, approval_id: int) -> Approval:
    """
    Raises:
        NotFound: no such wish that the actor may see.
    """
    approval = approval_visible(actor).filter(pk=approval_id).first()
    if approval is None:
        raise NotFound(f"approval {approval_id}")
    return approval


@action("approval.accept", needs=OWN_ACCOUNT)
def approval_accept(actor: Person, *, approval_id: int, note: str = "") -> Approval:
    """Agree to a wish and carry it out.

    Raises:
        NotFound: no such wish that the actor may see.
        NotPermitted: it is the actor's own, or the kind's grant is missing.
        WrongState: it was decided already.
        Refused: whatever carrying it out refuses; the wish then goes on waiting.
    """
    return _decided(actor, approval_id, "accepted", note)


@action("approval.refuse", needs=OWN_ACCOUNT)
def approval_refuse(actor: Person, *, approval_id: int, note: str) -> Approval:
    """Say no to a wish; raises as ``approval_accept``."""
    return _decided(actor, approval_id, "refused", note)


@action("approval.withdraw", needs=OWN_ACCOUNT)
def approval_withdraw(actor: Person, *, approval_id: int) -> Approval:
    """Take one's own wish back; raises as ``approval_accept``."""
    approval = _locked(actor, approval_id)
    if approval.asked_by_id != actor.pk:
        raise NotPermitted("approval.withdraw: somebody else's wish")
    approval.state = "withdrawn"
    approval.save(update_fields=["state"])
    record(
        actor,
        "approval.withdraw",
        approval,
        before={"state": "waiting"},
        after={"state": "withdrawn"},
    )
    tell(actor, ApprovalWithdrawn(approval))
    return approval


def _decided(actor: Person, approval_id: int, state: str, note: str) -> Approval:
    approval = _locked(actor, approval_id)
    kind = KINDS[approval.kind]
    if approval.asked_by_id == actor.pk or kind.needs not in actor.grants:
        raise NotPermitted(f"approval {approval.pk}: needs a second person with {kind.needs}")
    approval.state, approval.decided_by, approval.decided_at = state, actor, timezone.now()
    approval.note = note.strip()[:500]
    approval.save(update_fields=["state", "decided_by", "decided_at", "note"])
    after = {"state": state, "kind": approval.kind, "note": approval.note}
    name = "approval.accept" if state == "accepted" else "approval.refuse"
    record(actor, name, approval, before={"state": "waiting"}, after=after)
    if state == "accepted":
        kind.apply(actor, approval)
    tell(actor, ApprovalDecided(approval))
    return approval


def _locked(actor: Person, approval_id: int) -> Approval:
    seen = approval_visible(actor).select_related(None).order_by()
    approval = seen.select_for_update().filter(pk=approval_id, kind__in=KINDS).first()
    if approval is None:
        raise NotFound(f"approval {approval_id}")
    if approval.state != "waiting":
        raise WrongState(f"approval {approval_id} is {approval.state}")
    return approval
