"""What a simulated public platform does wrong, and how these faults are written on a command line."""

from dataclasses import dataclass, fields, replace
from typing import Any, get_type_hints

from voltward.base.errors import BadInput


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are 0 to 1, of answers to everything but platform logins. None of it: a good platform.

    ``late_s``: answers come so much later. ``lost``: answers that never come. ``half``: answers of
    which the first half comes. ``wrong_vin``, ``wrong_time``: answers that fit no message. ``error``:
    messages refused with ``error_flag``, as are all of ``error_vin``. ``refuse_logins``,
    ``mute_logins``: platform logins answered with an error, or not. ``per_s``: messages taken a
    second, 0 all. ``close_after``: messages after which a connection is closed, 0 never.
    """

    late_s: float = 0.0
    lost: float = 0.0
    half: float = 0.0
    wrong_vin: float = 0.0
    wrong_time: float = 0.0
    error: float = 0.0
    error_vin: tuple[str, ...] = ()
    error_flag: int = 0x02
    refuse_logins: bool = False
    mute_logins: bool = False
    per_s: float = 0.0
    close_after: int = 0

    @property
    def spoils_answers(self) -> bool:
        return any((self.lost, self.half, self.wrong_vin, self.wrong_time))

    @property
    def refuses_messages(self) -> bool:
        return bool(self.error or self.error_vin)


_SHARES = ("lost", "half", "wrong_vin", "wrong_time", "error")


def with_fault(faults: Faults, text: str) -> Faults:
    """``faults`` with one more, written ``name=value``, or the name alone for yes and no.

    Raises:
        BadInput: no such fault, or a value that it cannot have.
    """
    name, equals, value = text.partition("=")
    kind = get_type_hints(Faults).get(name)
    if kind is None:
        names = ", ".join(field.name for field in fields(Faults))
        raise BadInput(f"fault {text!r}: found {name!r}, expected one of {names}")
    return replace(faults, **{name: _value(faults, text, name, kind, value if equals else None)})


def _value(faults: Faults, text: str, name: str, kind: Any, value: str | None) -> Any:
    if kind is bool:
        if value is not None:
            raise BadInput(f"fault {text!r}: expected {name} alone")
        return True
    if not value:
        raise BadInput(f"fault {text!r}: expected {name}=VALUE")
    if name == "error_vin":
        return (*faults.error_vin, value)
    try:
        number = int(value, 0) if kind is int else float(value)
    except ValueError:
        raise BadInput(f"fault {text!r}: found {value!r}, expected a number") from None
    highest = 1 if name in _SHARES else 0xFF if name == "error_flag" else float("inf")
    if not 0 <= number <= highest:
        raise BadInput(f"fault {text!r}: expected 0 to {highest}")
    return number
