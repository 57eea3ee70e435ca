"""Which step may follow which on a manual report. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

OPEN: Final = "open"  # nobody has reported it yet
RECORDED: Final = "recorded"  # somebody says how it was reported; a second person looks
CLOSED: Final = "closed"

GOING: Final = frozenset({OPEN, RECORDED})
STEPS: Final = {
    (OPEN, "record"): RECORDED,
    (RECORDED, "back"): OPEN,
    (RECORDED, "close"): CLOSED,
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a manual report that is {state}") from None
