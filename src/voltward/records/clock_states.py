"""Which step of a clock may follow which. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

RUNNING: Final = "running"
LATE: Final = "late"
MET: Final = "met"
STOPPED: Final = "stopped"
GOING: Final = (RUNNING, LATE)

_STEPS = {
    (RUNNING, "pass"): LATE,
    # a late report is still sent, with the reason
    **{(state, "meet"): MET for state in GOING},
    **{(state, "stop"): STOPPED for state in GOING},
    **{(state, "move"): RUNNING for state in GOING},
    **{(state, "give"): state for state in GOING},
}


def after(state: str, step: str) -> str:
    """
    Raises:
        WrongState: the step does not follow.
    """
    try:
        return _STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a clock that is {state}") from None
