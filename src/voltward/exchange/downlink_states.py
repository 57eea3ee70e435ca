"""Which step may follow which on a command to a vehicle. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

ASKED: Final = "asked"  # waits for the second person
QUEUED: Final = "queued"  # agreed to; waits for its vehicle, and for the command before it
SENT: Final = "sent"  # on its way: waits for the answer, one of a vehicle at a time
DONE: Final = "done"  # the vehicle said success
FAILED: Final = "failed"  # the vehicle said an error
TIMED_OUT: Final = "timed_out"  # sent as often as the standard allows, without an answer
EXPIRED: Final = "expired"  # the vehicle did not come in time; never sent
UNFIT: Final = "unfit"  # the vehicle speaks another edition; never sent
REFUSED: Final = "refused"  # by the second person
WITHDRAWN: Final = "withdrawn"

ENDED: Final = frozenset({DONE, FAILED, TIMED_OUT, EXPIRED, UNFIT, REFUSED, WITHDRAWN})

STEPS: Final = {
    (ASKED, "approve"): QUEUED,
    (ASKED, "refuse"): REFUSED,
    (ASKED, "withdraw"): WITHDRAWN,
    (QUEUED, "withdraw"): WITHDRAWN,
    (QUEUED, "expire"): EXPIRED,
    (QUEUED, "unfit"): UNFIT,
    # a gateway may have sent what was taken back in the same instant: then it was sent
    **{(state, "send"): SENT for state in (QUEUED, SENT, WITHDRAWN, EXPIRED)},
    (SENT, "unfit"): TIMED_OUT,  # it came back with another edition, and cannot be asked again
    (SENT, "time_out"): TIMED_OUT,
    # a late answer is one all the same
    **{(state, "succeed"): DONE for state in (SENT, TIMED_OUT)},
    **{(state, "fail"): FAILED for state in (SENT, TIMED_OUT)},
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a command that is {state}") from None
