"""Keys of vehicles as one gateway process knows them: the office's file, and what came since.

What a vehicle told this process (activation 09, key exchange 0B) holds at once; the office learns of
it from the security stream and puts it into the next file, where all processes find it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from voltward.seals.block import Signed
from voltward.seals.key_file import DataKey, KeyBook, TerminalKey, VehicleKeys
from voltward.seals.keys import Algorithm, PublicKey, public_key
from voltward.seals.own_keys import OwnKeys

SEAL_KEY_BYTES: Final = 32
_READY: Final = (
    50_000  # parsed keys that are kept; a vehicle's is parsed again after so many others
)
NOTHING: Final = VehicleKeys()


class Activated(Enum):
    """What became of an activation; the value is result and information of the answer 0A."""

    ACCEPTED = (1, 0)
    PENDING = (2, 0)  # the office decides; until then the standard knows only "failed"
    CHIP_IN_USE = (2, 1)
    VIN_DUPLICATE = (2, 2)


@dataclass(frozen=True, slots=True)
class Activation:
    """What command 09 asks. ``key``: as ``seals.keys.canonical`` gives it."""

    vin: str
    chip_id: str
    algorithm: Algorithm
    key: bytes


class Keys:
    """``own``: the platform's private keys; None: nothing encrypted for it can be read.

    ``seal_key``: under which data keys are handed on; without one it is this process's own secret.
    """

    def __init__(self, own: OwnKeys | None = None, seal_key: bytes = b"") -> None:
        self.own = own
        self.seal_key = seal_key or secrets.token_bytes(SEAL_KEY_BYTES)
        self.book = KeyBook()
        self.reading: dict[bytes, Signed] = {}  # by key: how it signed last
        self._chips: dict[str, TerminalKey] = {}
        self._learnt: dict[str, VehicleKeys] = {}
        self._ready: OrderedDict[tuple[Algorithm, bytes], PublicKey] = OrderedDict()

    def __len__(self) -> int:
        """Vehicles of which anything is known."""
        return len(self.book.vehicles) + len(self._learnt)

    def of(self, vin: bytes) -> VehicleKeys:
        """All that is known of a vehicle; ``NOTHING`` of most."""
        if not len(self):
            return NOTHING
        name = vin.decode("ascii", "replace")
        return self._learnt.get(name) or self.book.vehicles.get(name, NOTHING)

    def take(self, book: KeyBook) -> None:
        """Put a new file in force. What it does not say yet of a vehicle stays as it was learnt."""
        self.book = book
        used = {one.key for known in book.vehicles.values() for one in known.keys}
        self.reading = {key: how for key, how in self.reading.copy().items() if key in used}
        self._chips = {one.chip_id: one for known in book.vehicles.values() for one in known.keys}
        for vin, learnt in list(self._learnt.items()):
            told = book.vehicles.get(vin, NOTHING)
            keys = [one for one in learnt.keys if one.state == "active" and _is_new(one, told)]
            data = [one for one in learnt.data_keys if one not in told.data_keys]
            if keys or data:
                self._learnt[vin] = _merged(told, keys, data)
            else:
                del self._learnt[vin]

    def activates(self, asked: Activation) -> Activated:
        """Whether the key of an activation is taken; what is on file with this key is, at once."""
        known = self.of(asked.vin.encode("ascii", "replace"))
        chip = self._chips.get(asked.chip_id)
        if any(one.state == "active" and one.chip_id == asked.chip_id for one in known.keys):
            return Activated.CHIP_IN_USE
        if chip is not None and (chip.state == "active" or chip.vin != asked.vin):
            return Activated.CHIP_IN_USE
        if any(one.state == "active" for one in known.keys):
            return Activated.VIN_DUPLICATE
        for one in known.keys:
            same = (one.chip_id, one.algorithm, one.key) == (
                asked.chip_id,
                asked.algorithm,
                asked.key,
            )
            if same and one.state == "registered":
                self._learn(asked.vin, [replace(one, state="active")], [])
                return Activated.ACCEPTED
        return Activated.PENDING

    def exchanged(self, vin: bytes, key: DataKey) -> None:
        """A data key came by command 0B."""
        self._learn(vin.decode("ascii", "replace"), [], [key])

    def ready(self, key: TerminalKey) -> PublicKey:
        """A key to verify with, parsed once. May be called from several threads.

        Raises:
            BadInput: what is on file is no key.
            NoSm2: this machine cannot verify SM2.
        """
        found = self._ready.get((key.algorithm, key.key))
        if found is None:
            found = self._ready[key.algorithm, key.key] = public_key(key.algorithm, key.key)
            if len(self._ready) > _READY:
                self._ready.popitem(last=False)
        return found

    def _learn(self, vin: str, keys: list[TerminalKey], data: list[DataKey]) -> None:
        self._learnt[vin] = _merged(self.of(vin.encode("ascii")), keys, data)


def _is_new(key: TerminalKey, told: VehicleKeys) -> bool:
    """Does the office not know yet that this key is in use?"""
    return not any(one.key == key.key and one.state != "registered" for one in told.keys)


def _merged(known: VehicleKeys, keys: list[TerminalKey], data: list[DataKey]) -> VehicleKeys:
    fresh = {one.key for one in keys}
    kept = tuple(one for one in known.keys if one.key not in fresh)
    return VehicleKeys((*kept, *keys), (*known.data_keys, *data), known.agreement)
