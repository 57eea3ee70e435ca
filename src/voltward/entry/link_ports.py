"""Hands the uplink's word on its links, and the demo's own platform, to the pages of exchange/."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from voltward.base.settings import Settings
from voltward.entry.demo_platform import LINK
from voltward.entry.places import demo_platform_closed, uplink_status
from voltward.exchange.link_status import read_status
from voltward.exchange.ports import Simulated, hand_in_simulated, hand_in_status
from voltward.simulator.platform import closing


def hand_in_links(settings: Callable[[], Settings]) -> None:
    """``settings`` is asked each time, so that tests and commands may work in another folder."""
    hand_in_status(lambda name: read_status(uplink_status(settings(), name)))
    hand_in_simulated(lambda: simulated_of(settings()))


def simulated_of(settings: Settings) -> Simulated | None:
    """None: this is no demo, or one without a platform."""
    if not settings.demo or settings.demo_platform < 0:
        return None
    file = demo_platform_closed(settings)
    return Simulated(
        LINK,
        partial(closing.is_closed, file),
        partial(closing.close, file),
        partial(closing.open_again, file),
    )
