"""Vehicle identification numbers: GB 16735 (ISO 3779) characters and check digit."""

VIN_LENGTH = 17
_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_WEIGHTS = (
    8,
    7,
    6,
    5,
    4,
    3,
    2,
    10,
    0,
    9,
    8,
    7,
    6,
    5,
    4,
    3,
    2,
)  # GB 16735 Annex: position 9 is the check


def has_vin_form(text: str) -> bool:
    """17 characters of the VIN alphabet (no I, O, Q)."""
    return len(text) == VIN_LENGTH and all(char in _VALUES for char in text)


def check_digit(vin: str) -> str:
    """The check digit (position 9) that the other sixteen characters ask for."""
    rest = sum(_VALUES[char] * weight for char, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def check_digit_is_right(vin: str) -> bool:
    """False only warns: vehicles with a wrong check digit are on the road."""
    return has_vin_form(vin) and vin[8] == check_digit(vin)


def with_check_digit(vin: str) -> str:
    """``vin`` with position 9 replaced by the right check digit."""
    return vin[:8] + check_digit(vin) + vin[9:]


def wmi(vin: str) -> str:
    """World manufacturer identifier: the first three characters."""
    return vin[:3]
