"""Which step may follow which on an alarm. The only place that says so."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import WrongState

NEW: Final = "new"  # nobody's yet
CLAIMED: Final = "claimed"
SNOOZED: Final = "snoozed"  # put aside until an instant, with a reason
WORKSHOP: Final = "workshop"  # a work order has the vehicle
INCIDENT: Final = "incident"  # handled as an incident from here on
CLOSING: Final = "closing"  # a verdict waits for the second person
MERGED: Final = "merged"  # handled with another alarm
CLOSED: Final = "closed"

OPEN: Final = frozenset({NEW, CLAIMED, SNOOZED, WORKSHOP, INCIDENT, CLOSING})
ENDED: Final = frozenset({MERGED, CLOSED})

_ANY = (NEW, CLAIMED, SNOOZED, WORKSHOP, INCIDENT)
STEPS: Final = {
    **{(state, "claim"): CLAIMED for state in (NEW, CLAIMED, SNOOZED)},
    **{(state, "assign"): CLAIMED for state in (NEW, CLAIMED, SNOOZED)},
    **{(state, "release"): NEW for state in (CLAIMED,)},
    **{(state, "snooze"): SNOOZED for state in (NEW, CLAIMED)},
    **{(state, "wake"): NEW for state in (SNOOZED,)},
    **{(state, "send_to_workshop"): WORKSHOP for state in (NEW, CLAIMED, SNOOZED)},
    **{(state, "convert"): INCIDENT for state in (NEW, CLAIMED, SNOOZED, WORKSHOP)},
    **{(state, "merge"): MERGED for state in (NEW, CLAIMED, SNOOZED)},
    **{(state, "propose_close"): CLOSING for state in _ANY},
    **{(state, "close"): CLOSED for state in (*_ANY, CLOSING)},
    (CLOSING, "refuse_close"): CLAIMED,
    # it got worse while it was put aside or waited for its second person
    **{(state, "worsen"): NEW for state in (SNOOZED,)},
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} an alarm that is {state}") from None
