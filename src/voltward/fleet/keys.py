"""The installation key behind vehicle numbers, handed in by entry/ at start."""

from collections.abc import Callable

from voltward.base.errors import BadSetting


def _none() -> bytes:
    raise BadSetting("the installation key was not handed in")


_source: list[Callable[[], bytes]] = [_none]


def hand_in_key(source: Callable[[], bytes]) -> None:
    """``source`` reads (or makes) the key; called when the first number is needed."""
    _source[0] = source


def vehicle_key() -> bytes:
    return _source[0]()
