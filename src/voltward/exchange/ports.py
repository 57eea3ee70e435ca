"""What the vehicle side offers the pages of exchange/; ``entry/`` hands it in at start."""

from __future__ import annotations

from collections.abc import Callable

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
