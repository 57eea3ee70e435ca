"""People who look after links, and an uplink that says what the test tells it to."""

from __future__ import annotations

import pytest
from tests.exchange.platforms_made import person

from voltward.exchange import ports
from voltward.exchange.link_status import LinkStatus
from voltward.records.models import Maker, Person


@pytest.fixture
def officer(maker: Maker) -> Person:
    """The second person beside the safety head."""
    return person(maker, "officer", "cyber_officer")


@pytest.fixture
def other_officer(other_maker: Maker) -> Person:
    return person(other_maker, "other-officer", "cyber_officer")


@pytest.fixture
def stranger(other_maker: Maker) -> Person:
    return person(other_maker, "stranger", "safety_head")


@pytest.fixture
def uplink(monkeypatch: pytest.MonkeyPatch) -> dict[str, LinkStatus]:
    """What it says of each link by name; nothing of others."""
    told: dict[str, LinkStatus] = {}
    monkeypatch.setattr(ports, "_handed_in", [told.get])
    return told
