"""How a value is written before it is searched for: the same for everybody who types it."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-()]+")


def text(value: str) -> str:
    """Full-width forms, case and spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def dialled(value: str) -> str:
    """A telephone number without spaces, hyphens and brackets; a plus before the country stays."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value))


def phone(value: str) -> str:
    """Digits only; a mainland number with or without its +86."""
    digits = dialled(value).removeprefix("+")
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits


def plate(value: str) -> str:
    return re.sub(r"[\s·.\-]+", "", unicodedata.normalize("NFKC", value)).upper()


def code(value: str) -> str:
    """A number of letters and digits, such as that of an identity card."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()
