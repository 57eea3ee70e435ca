"""Which step may follow which on a revision of a platform's settings, and on the platform itself."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

DRAFT: Final = "draft"  # being written, may change
PROPOSED: Final = "proposed"  # waits for the second person
APPROVED: Final = "approved"  # in force until the next one is approved
DROPPED: Final = "dropped"  # never proposed
RETIRED: Final = "retired"  # of a platform: nothing is sent any more, its number stays taken

STEPS: Final = {
    (DRAFT, "write"): DRAFT,
    (DRAFT, "propose"): PROPOSED,
    (DRAFT, "drop"): DROPPED,
    (PROPOSED, "approve"): APPROVED,
}
# how a revision stands, which only its wish and the later ones can say
REFUSED: Final = "refused"
IN_FORCE: Final = "in_force"
SUPERSEDED: Final = "superseded"


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a revision of a platform that is {state}") from None
