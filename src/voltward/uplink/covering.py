"""What covers one connection: its sealer, and the data key as the platform knows it (0B, 2025)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from voltward.base.clock import Clock
from voltward.columns.batch import FrameBatch
from voltward.seals.own_keys import OwnKeys
from voltward.uplink.items import Items
from voltward.uplink.links import Link
from voltward.uplink.sealing import Sealer, sealer_of

RESENDS: Final = 3
_RENEWED_AFTER: Final = 0.5  # of the time for which a key was offered
_HOUR_S: Final = 3600


class Covering:
    """Without a sealer everything passes as it is. Frames under 0B are given out to be sent.

    An answer to 0B carries no number: the last key that was offered is meant.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._link: Link | None = None
        self._sealer: Sealer | None = None
        self._offered: bytes | None = None
        self._offered_s = self._taken_s = 0.0
        self._tries = 0

    @property
    def exchanges(self) -> bool:
        return self._link is not None and self._link.cover.exchanges

    @property
    def is_open(self) -> bool:
        """A key was offered, and has no answer."""
        return self._offered is not None

    @property
    def asked(self) -> str:
        """What a platform that is being logged in to has to answer."""
        return "key exchange" if self.is_open else "login"

    def begin(self, link: Link, own: OwnKeys | None) -> None:
        """
        Raises:
            BadInput: see ``sealer_of``.
        """
        self._sealer, self._link, self._offered = sealer_of(link, own), link, None

    def connected(self) -> None:
        self._offered, self._tries = None, 0

    def sealed(self, frames: Iterable[bytes]) -> list[bytes]:
        return list(frames) if self._sealer is None else [self._sealer.sealed(frames)]

    def sealed_items(self, items: Items) -> bytes:
        return items.data if self._sealer is None else self._sealer.sealed(items.frames)

    def opened(self, frames: FrameBatch) -> tuple[FrameBatch, int]:
        return (frames, 0) if self._sealer is None else self._sealer.opened(frames)

    def turned(self, link: Link, is_talking: bool) -> Sequence[bytes]:
        """Settings that differ in the data key at most; a platform that is told keys learns it first."""
        before, self._link = self._link, link
        same = before is None or before.cover.data_key == link.cover.data_key
        if same or self._sealer is None:
            return ()
        if self.exchanges and is_talking:
            return (self.offer(),)
        self._sealer.use(_key(link))
        return ()

    def offer(self) -> bytes:
        """0B with the key that holds now. Only where keys are exchanged."""
        assert self._sealer is not None
        assert self._link is not None
        key = _key(self._link)
        self._tries = self._tries + 1 if key == self._offered else 1
        self._offered, self._offered_s = key, self._clock.monotonic_s()
        return self._sealer.exchange(key, self._clock.now_ns())

    def taken(self) -> None:
        """The platform took the last key: it is in use from now on."""
        if self._sealer is not None and self._offered is not None:
            self._sealer.use(self._offered)
        self._offered, self._tries, self._taken_s = None, 0, self._clock.monotonic_s()

    def is_due(self, retry_s: float) -> bool:
        """To be offered (again): no answer came, or half of its time is over."""
        now_s = self._clock.monotonic_s()
        if self.is_open:
            return now_s - self._offered_s >= retry_s
        if self._link is None or not self.exchanges:
            return False
        return now_s - self._taken_s >= _RENEWED_AFTER * _HOUR_S * self._link.cover.valid_h

    def is_given_up(self, retry_s: float) -> bool:
        return self._tries > RESENDS and self.is_due(retry_s)


def _key(link: Link) -> bytes:
    return bytes.fromhex(link.cover.data_key)
