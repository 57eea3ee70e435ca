"""Which step may follow which on a case of a watch queue. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

OPEN: Final = "open"  # nobody's yet
IN_HAND: Final = "in_hand"
RECHECKING: Final = "rechecking"  # handled for now, to be looked at again on an agreed day
CLOSED: Final = "closed"  # with a verdict, and in no other way

GOING: Final = frozenset({OPEN, IN_HAND, RECHECKING})

STEPS: Final = {
    **{(state, "assign"): IN_HAND for state in (OPEN, IN_HAND)},
    (RECHECKING, "assign"): RECHECKING,
    **{(state, "contact"): IN_HAND for state in (OPEN, IN_HAND)},
    (RECHECKING, "contact"): RECHECKING,
    **{(state, "recheck"): RECHECKING for state in GOING},
    (RECHECKING, "due"): IN_HAND,  # the agreed day has come
    **{(state, "close"): CLOSED for state in GOING},
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a case that is {state}") from None
