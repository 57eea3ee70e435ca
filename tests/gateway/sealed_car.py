"""An enrolled vehicle of the 2025 edition: its key, its signed frames, and what the office says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.gateway.car import TIME, VIN, frame

from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.seals.block import packed
from voltward.seals.key_file import Agreement, DataKey, KeyBook, TerminalKey, VehicleKeys
from voltward.seals.keys import Algorithm, canonical
from voltward.seals.own_keys import PrivateKeys

CHIP = "CHIP-0001"
REPORT = b"\x80\x00\x04"


@dataclass
class SealedCar:
    """``marker``: whether the FF in front of the block is signed too; both readings are in use."""

    vin: str = VIN
    algorithm: Algorithm = Algorithm.SM2
    chip_id: str = CHIP
    marker: bool = False
    keys: PrivateKeys = field(default_factory=PrivateKeys)

    @property
    def public(self) -> bytes:
        return canonical(self.algorithm, self.keys.public(self.algorithm))

    def on_file(self, state: str = "active", **facts: Any) -> TerminalKey:
        return TerminalKey(
            self.vin, self.chip_id, self.algorithm, self.public, state, **facts  # type: ignore[arg-type]
        )  # fmt: skip

    def signed(self, command: int, unit: bytes, encryption: int = 1) -> bytes:
        r, s = self.keys.sign(self.algorithm, unit + (b"\xff" if self.marker else b""))
        whole = unit + packed(self.algorithm, r, s)
        return frame(command, self.vin, whole, edition=Edition.Y2025, encryption=encryption)

    def says(self, command: int, unit: bytes = b"", edition: Edition = Edition.Y2025) -> bytes:
        return frame(command, self.vin, unit, edition=edition)

    def login(self, sequence: int = 1, time: bytes = TIME) -> bytes:
        return self.signed(0x01, self.login_unit(sequence, time))

    def login_unit(self, sequence: int = 1, time: bytes = TIME) -> bytes:
        return time + sequence.to_bytes(2, "big") + b"8986" * 5 + b"\x00"

    def report(self, number: int = 0) -> bytes:
        return TIME + REPORT + number.to_bytes(4, "big")

    def realtime(self, number: int = 0, command: int = 0x02) -> bytes:
        return self.signed(command, self.report(number))

    def activation(self, chip_id: str | None = None, vin: str | None = None) -> bytes:
        chip = (chip_id or self.chip_id).encode().ljust(16)
        unit = TIME + chip + len(self.public).to_bytes(2, "big") + self.public
        unit += (vin or self.vin).encode()
        r, s = self.keys.sign(self.algorithm, unit)
        return self.says(0x09, unit + packed(self.algorithm, r, s, marker=False))


def enrol(home: House, *keys: TerminalKey, generation: int = 1, **facts: Any) -> None:
    """Put a file in force that says this of the vehicles of ``keys``."""
    vehicles: dict[str, VehicleKeys] = {}
    for key in keys:
        known = vehicles.get(key.vin, VehicleKeys(**facts))
        vehicles[key.vin] = replace(known, keys=(*known.keys, key))
    home.keys.take(KeyBook(generation, vehicles))


__all__ = ["CHIP", "Agreement", "DataKey", "SealedCar", "enrol"]
