"""Hands the uplink's word on its links to the pages of exchange/."""

from __future__ import annotations

from collections.abc import Callable

from voltward.base.settings import Settings
from voltward.entry.places import uplink_status
from voltward.exchange.link_status import read_status
from voltward.exchange.ports import hand_in_status


def hand_in_links(settings: Callable[[], Settings]) -> None:
    """``settings`` is asked each time, so that tests and commands may work in another folder."""
    hand_in_status(lambda name: read_status(uplink_status(settings(), name)))
