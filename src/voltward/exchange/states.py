"""Which step of a terminal key may follow which. The only place that says so."""

from voltward.base.errors import WrongState

STEPS = {
    ("registered", "activate"): "active",
    ("pending", "activate"): "active",
    ("registered", "revoke"): "revoked",
    ("pending", "revoke"): "revoked",
    ("active", "revoke"): "revoked",
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} a key that is {state}") from None
