"""Which step of an import may follow which. The only place that says so."""

from typing import Final

from voltward.base.errors import WrongState

UPLOADED: Final = "uploaded"
MAPPED: Final = "mapped"
CHECKED: Final = "checked"
APPLIED: Final = "applied"
UNDONE: Final = "undone"
FAILED: Final = "failed"

STEPS = {
    (UPLOADED, "map"): MAPPED,
    (MAPPED, "map"): MAPPED,
    (CHECKED, "map"): MAPPED,
    (MAPPED, "check"): CHECKED,
    (CHECKED, "check"): CHECKED,
    (CHECKED, "apply"): APPLIED,
    (APPLIED, "undo"): UNDONE,
    (UPLOADED, "fail"): FAILED,
    (MAPPED, "fail"): FAILED,
    (CHECKED, "fail"): FAILED,
}


def after(state: str, step: str) -> str:
    """The state that ``step`` leads to.

    Raises:
        WrongState: the step does not follow.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongState(f"cannot {step} an import that is {state}") from None
