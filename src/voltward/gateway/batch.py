"""One batch: what arrived on all links since the last one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voltward.gateway.link import Link
from voltward.gateway.outbox import Outbox

ANSWER_BYTES = 31
_LONGEST_PAUSE_S = 10.0


@dataclass(slots=True)
class Records:
    """Columns as ``JournalWriter.append_many`` takes them."""

    buffer: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    links: NDArray[np.uint32]

    def __len__(self) -> int:
        return self.kinds.size


@dataclass(slots=True, eq=False)
class Spans:
    """Shares of one buffer: that of ``links[i]`` is ``buffer[starts[i]:stops[i]]``, both i8."""

    links: list[Link] = field(default_factory=list)
    starts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    stops: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(slots=True, eq=False)
class Batch:
    """``plain``: frames of whole plain chunks, written first. ``out``: what the sessions want.

    ``answers``: success answers to plain frames; ``spans``: whose they are.
    ``taken_bytes``: what leaves the process's memory once this is written. ``counts`` i8 ``(4,)``:
    plain frames of 2016 02, 03 and 2025 02, 03.
    """

    received_ns: int
    plain: Records
    out: Outbox
    answers: bytes = b""
    spans: Spans = field(default_factory=Spans)
    taken_bytes: int = 0
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4, np.int64))

    def __len__(self) -> int:
        """Records to be written."""
        return len(self.plain) + len(self.out.records)

    def others(self) -> Records:
        """Records of the sessions, in order."""
        records = self.out.records
        offsets = np.zeros(len(records) + 1, np.int64)
        np.cumsum([len(record.data) for record in records], out=offsets[1:])
        return Records(
            np.frombuffer(b"".join([record.data for record in records]), np.uint8),
            offsets,
            np.array([record.kind for record in records], np.uint8),
            np.array([record.link for record in records], np.uint32),
        )


@dataclass(slots=True, eq=False)
class Inbox:
    """What arrived since the last batch: ``chunks`` in order of arrival, and whose they are.

    ``links`` by seat. ``give_up``: some link's first frame has been waited for too long. ``ending``:
    seats whose links were gone when a batch that had to ``wait`` was taken; None: it did not wait.
    Whoever goes while it waits is ended by the next batch, where its last bytes are.
    """

    chunks: list[bytes | bytearray]
    seats: list[int]
    links: list[Link]
    give_up: bool = False
    ending: frozenset[int] | None = None

    def wait(self) -> None:
        """It is not cut at once: remember which links end with it."""
        self.ending = frozenset(seat for seat in self.seats if self.links[seat].gone is not None)

    def with_all_of(self, later: Inbox) -> Inbox:
        """Both as one."""
        chunks, seats = [*self.chunks, *later.chunks], [*self.seats, *later.seats]
        return Inbox(chunks, seats, self.links, self.give_up, self.ending)

    def ends(self, seats: NDArray[np.int64], is_gone: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of ``seats`` end with this batch; ``is_gone`` by seat, as of now."""
        if self.ending is None:
            return is_gone[seats]
        return np.isin(seats, np.fromiter(self.ending, np.int64, len(self.ending)))

    def grouped(self) -> tuple[NDArray[np.int64], bytes, NDArray[np.int64]]:
        """Seats in order of first arrival, all bytes link by link, and where each link's begin."""
        seats = np.array(self.seats, np.int64)
        lengths = np.fromiter(map(len, self.chunks), np.int64, len(self.chunks))
        if len(set(self.seats)) == len(self.seats):  # the usual case: one chunk for each link
            return seats, b"".join(self.chunks), _offsets(lengths)
        owners, firsts, owner_of = np.unique(seats, return_index=True, return_inverse=True)
        order = np.argsort(firsts[owner_of], kind="stable")
        data = b"".join([self.chunks[place] for place in order.tolist()])
        arrival = np.argsort(firsts, kind="stable")
        sizes = np.bincount(owner_of, lengths, owners.size).astype(np.int64)
        return owners[arrival], data, _offsets(sizes[arrival])


@dataclass(slots=True, eq=False)
class Cut:
    """A batch, and what the hub must look after: links that were not plain, and backlogs.

    ``seats`` and ``reissued`` ``(k,)``: each link that brought something, and how many 03 frames.
    """

    batch: Batch
    special: list[Link]
    seats: NDArray[np.int64]
    reissued: NDArray[np.int64]

    def backlogs(
        self, by_seat: list[Link], per_s: float, waited_s: float
    ) -> Iterator[tuple[Link, float]]:
        """Links that brought more than ``per_s`` (0: no limit), and how long each may wait."""
        if not per_s:
            return
        for chunk in np.flatnonzero(self.reissued > per_s * waited_s).tolist():
            link = by_seat[self.seats[chunk]]
            if link.gone is None:
                yield link, min(float(self.reissued[chunk]) / per_s, _LONGEST_PAUSE_S)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
