"""Every step of a case that a public platform's feedback opened."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput
from voltward.exchange import feedback_states as states
from voltward.exchange.models import FeedbackReceived
from voltward.exchange.selectors.reports import feedback_locked
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors.own_units import person_assignable_by_id

HANDLE: Final = "feedback.handle"
LONGEST_TEXT: Final = 1000


@action("feedback.assign", needs=HANDLE)
def feedback_assign(
    actor: Person, *, feedback_id: int, owner_id: int, reason: str = ""
) -> FeedbackReceived:
    """Give a case to somebody, oneself included. Taking it out of another's hands needs a reason.

    Raises:
        NotFound: no such case or person of the actor's maker.
        WrongState: the case is closed.
        BadInput: somebody else has it and no reason is given.
    """
    case = feedback_locked(actor, feedback_id)
    before, case.state = _shown(case), states.after(case.state, "assign")
    owner = person_assignable_by_id(actor, owner_id)
    if case.owner_id not in (None, actor.pk, owner.pk) and not reason.strip():
        raise BadInput("reason: empty; somebody else has this case in hand")
    case.owner = owner
    case.save(update_fields=["state", "owner"])
    after = {**_shown(case), "reason": reason.strip()[:LONGEST_TEXT]}
    record(actor, "feedback.assign", case, before=before, after=after)
    return case


@action("feedback.close", needs=HANDLE)
def feedback_close(actor: Person, *, feedback_id: int, verdict: str, text: str) -> FeedbackReceived:
    """Say what came of it; a case that nobody had is then the actor's.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: it is closed.
        BadInput: an unknown verdict, or nothing that supports it.
    """
    case = feedback_locked(actor, feedback_id)
    before, case.state = _shown(case), states.after(case.state, "close")
    if verdict not in dict(FeedbackReceived.VERDICTS):
        raise BadInput(f"verdict: {verdict[:20]!r}; one of the list is expected")
    if not text.strip():
        raise BadInput("text: empty; say what was found")
    case.verdict, case.text = verdict, text.strip()[:LONGEST_TEXT]
    case.owner, case.closed_by, case.closed_at = case.owner or actor, actor, timezone.now()
    case.save(update_fields=["state", "verdict", "text", "owner", "closed_by", "closed_at"])
    record(actor, "feedback.close", case, before=before, after=_shown(case))
    return case


def _shown(case: FeedbackReceived) -> dict[str, Any]:
    return {
        "state": case.state, "owner": case.owner_id, "verdict": case.verdict, "text": case.text,
    }  # fmt: skip
