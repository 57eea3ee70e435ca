"""People and keys that the tests of exchange/ share."""

from __future__ import annotations

import pytest

from voltward.exchange.models import TerminalKey
from voltward.fleet.models import Vehicle
from voltward.records import selectors, services
from voltward.records.models import Maker, Person
from voltward.seals.keys import Algorithm, canonical, fingerprint
from voltward.seals.own_keys import PrivateKeys


def person(login: str, role: str, maker: Maker) -> Person:
    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


@pytest.fixture
def officer(maker: Maker) -> Person:
    return person("officer", "cyber_officer", maker)


@pytest.fixture
def other_officer(other_maker: Maker) -> Person:
    return person("other-officer", "cyber_officer", other_maker)


def fresh_key() -> bytes:
    return canonical(Algorithm.SM2, PrivateKeys().public(Algorithm.SM2))


def on_file(
    vehicle: Vehicle, chip_id: str = "CHIP1", state: str = "registered", key: bytes = b""
) -> TerminalKey:
    key = key or fresh_key()
    return TerminalKey.objects.create(
        maker=vehicle.maker, vehicle=vehicle, chip_id=chip_id, algorithm="sm2",
        public_key=key.hex(), fingerprint=fingerprint(key), state=state, source="import",
    )  # fmt: skip
