"""Which step may follow which on a revision of limits, and how a revision stands at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from voltward.base.errors import WrongState

DRAFT: Final = "draft"  # being written, may change
PROPOSED: Final = "proposed"  # waits for the second person
APPROVED: Final = "approved"  # holds from its instant until the next one's
DROPPED: Final = "dropped"  # never proposed

STEPS: Final = {
    (DRAFT, "write"): DRAFT,
    (DRAFT, "propose"): PROPOSED,
    (DRAFT, "drop"): DROPPED,
    (PROPOSED, "approve"): APPROVED,
}

# how a revision stands, which only its wish, the clock and the later ones can say
REFUSED: Final = "refused"  # the second person said no, or the wish was taken back
PENDING: Final = "pending"  # approved, its instant is still to come
IN_FORCE: Final = "in_force"
SUPERSEDED: Final = "superseded"
ROLLED_BACK: Final = "rolled_back"


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a revision of limits that is {state}") from None


def stage(begins: datetime, ends: datetime | None, *, taken_back: bool, now: datetime) -> str:
    """How an approved revision stands. ``ends``: when the first of the later ones begins, which may
    be before it began itself; ``taken_back``: by that one.
    """
    if ends is not None and ends <= max(begins, now):
        return ROLLED_BACK if taken_back else SUPERSEDED
    return PENDING if begins > now else IN_FORCE
