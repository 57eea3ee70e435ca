"""Verdicts on frames: the one that was made ready for a whole batch, or one made on the spot."""

from __future__ import annotations

from collections.abc import Sequence

from voltward.base.clock import Clock
from voltward.gateway.judging import ACTIVATION, KEY_EXCHANGE, Verdict, judge
from voltward.gateway.keys import NOTHING, Keys
from voltward.gateway.register import Register

ALWAYS = (ACTIVATION, KEY_EXCHANGE)  # commands that are judged whoever sends them


class Prover:
    """Gives the verdict on a frame: the one made ready, or made on the spot."""

    def __init__(self, keys: Keys, register: Register, clock: Clock) -> None:
        self.keys = keys
        self._register = register
        self._clock = clock
        self._ready: dict[bytes, Verdict] = {}

    def __call__(self, vin: bytes, frame: bytes) -> Verdict:
        return self._ready.get(frame) or self.judged(vin, frame)

    def is_enrolled(self, vin: bytes) -> bool:
        """Must what this vehicle sends be signed? Either book is enough to say so."""
        return self._register.vehicle(vin).enrolled or self.keys.of(vin).is_enrolled

    def is_guarded(self, vin: bytes) -> bool:
        """Must each frame of this vehicle be looked at: enrolled, or it may be encrypted."""
        known = self.keys.of(vin)
        return bool(known.data_keys) or self.is_enrolled(vin)

    def judged(self, vin: bytes, frame: bytes) -> Verdict:
        vehicle = self.keys.of(vin)
        if vehicle is NOTHING and frame[2] not in ALWAYS and not self.is_enrolled(vin):
            return Verdict(frame)
        now_s = self._clock.now_ns() / 1e9
        return judge(frame, vehicle, self.keys, now_s, self.is_enrolled(vin))

    def prepare(self, frames: Sequence[bytes]) -> None:
        """Have verdicts ready; called in a thread of the pool."""
        for frame in frames:
            self._ready[frame] = self.judged(frame[4:21], frame)

    def forget(self) -> None:
        """The batch is cut: a frame that comes again is judged again."""
        self._ready.clear()
