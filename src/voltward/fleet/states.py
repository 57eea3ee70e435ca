"""Which step may follow which. The only place that says so."""

from voltward.base.errors import WrongState

UNREGISTERED = "unregistered"  # 未建档: seen on the line, not yet in the books
REGISTERED = "registered"  # built and in the books, not yet in an owner's hands
IN_USE = "in_use"
OFFLINE_CONFIRMED = "offline_confirmed"  # 确认离线: silent for a known reason
SCRAPPED = "scrapped"

# Frames of any vehicle are taken and kept whatever its state; states only say what is expected.
STEPS = {
    (UNREGISTERED, "register"): REGISTERED,
    (REGISTERED, "use"): IN_USE,
    (REGISTERED, "sell"): IN_USE,
    (IN_USE, "sell"): IN_USE,
    (OFFLINE_CONFIRMED, "sell"): IN_USE,
    (IN_USE, "confirm_offline"): OFFLINE_CONFIRMED,
    (OFFLINE_CONFIRMED, "resume"): IN_USE,
    (REGISTERED, "scrap"): SCRAPPED,
    (IN_USE, "scrap"): SCRAPPED,
    (OFFLINE_CONFIRMED, "scrap"): SCRAPPED,
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
