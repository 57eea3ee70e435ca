"""What the vehicle side offers the pages of exchange/; ``entry/`` hands it in at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voltward.base.errors import BadSetting
from voltward.exchange.link_status import LinkStatus

StatusSource = Callable[[str], LinkStatus | None]
_handed_in: list[StatusSource] = []


def hand_in_status(source: StatusSource) -> None:
    """``source(name)``: what the uplink last said of a link; None: nothing."""
    _handed_in[:] = [source]


def link_status(name: str) -> LinkStatus | None:
    """
    Raises:
        BadSetting: the process did not hand the source in.
    """
    if not _handed_in:
        raise BadSetting("the status of links was not handed in")
    return _handed_in[0](name)


@dataclass(frozen=True)
class Simulated:
    """A public platform that the demo runs itself, at the other end of ``link``."""

    link: str
    is_closed: Callable[[], bool]
    close: Callable[[], None]
    open: Callable[[], None]


_simulated: list[Callable[[], Simulated | None]] = []


def hand_in_simulated(source: Callable[[], Simulated | None]) -> None:
    """``source()``: the demo's own platform; None outside the demo."""
    _simulated[:] = [source]


def simulated_behind(link: str) -> Simulated | None:
    """None: whoever is at the other end is not ours to stop."""
    found = _simulated[0]() if _simulated else None
    return found if found is not None and found.link == link else None
