"""Which step may follow which on a case of data quality. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

OPEN: Final = "open"
CAUSE_FOUND: Final = "cause"
FIXED: Final = "fixed"  # to be measured again
CLOSED: Final = "closed"  # verified by measurement, by a second person

GOING: Final = frozenset({OPEN, CAUSE_FOUND, FIXED})

STEPS: Final = {
    **{(state, "assign"): state for state in GOING},
    (OPEN, "cause"): CAUSE_FOUND,
    (CAUSE_FOUND, "cause"): CAUSE_FOUND,
    (CAUSE_FOUND, "fix"): FIXED,
    (FIXED, "back"): CAUSE_FOUND,  # measured again, and it is still there
    (FIXED, "ask"): FIXED,
    (FIXED, "close"): CLOSED,
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a quality case that is {state}") from None
