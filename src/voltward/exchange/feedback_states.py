"""Which step may follow which on feedback of a platform. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

OPEN: Final = "open"  # nobody's yet
IN_HAND: Final = "in_hand"
CLOSED: Final = "closed"  # with a verdict, and in no other way

GOING: Final = frozenset({OPEN, IN_HAND})
STEPS: Final = {
    **{(state, "assign"): IN_HAND for state in GOING},
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
        raise WrongState(f"cannot {step} feedback that is {state}") from None
