"""Which step may follow which. The only place that says so."""

from voltward.base.errors import WrongState

REGISTERED = "registered"
UNREGISTERED = "unregistered"  # 未建档: seen on the line, not yet in the books

STEPS = {
    (UNREGISTERED, "register"): REGISTERED,
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a vehicle that is {state}") from None
