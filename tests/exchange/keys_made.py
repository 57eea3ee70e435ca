"""Keys that the tests of exchange/ share."""

from __future__ import annotations

from voltward.exchange.models import TerminalKey
from voltward.fleet.models import Vehicle
from voltward.seals.keys import Algorithm, canonical, fingerprint
from voltward.seals.own_keys import PrivateKeys


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
