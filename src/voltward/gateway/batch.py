"""One batch: everything that arrived on all links, cut, judged and ready to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voltward.columns.split import Split, split
from voltward.gateway.config import AnswerRealtime
from voltward.gateway.house import House
from voltward.gateway.kernels.admit import admit, plain_frames, success_answers
from voltward.gateway.link import Link
from voltward.gateway.online import PLATFORM, VEHICLE
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import QUARANTINED, CloseReason, RecordKind
from voltward.gateway.registry import REGISTERED

ANSWER_BYTES = 31
_NO_FRAMES = (
    np.empty(0, np.uint8),
    np.zeros(1, np.int64),
    np.empty(0, np.int64),
)


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
class Batch:
    """``plain``: frames of whole plain chunks, written first. ``out``: what the sessions want.

    ``answers``: success answers to plain frames; ``spans``: whose they are, (link, start, stop).
    ``taken_bytes``: what leaves the process's memory once this is written. ``counts`` i8 ``(4,)``:
    plain frames of 2016 02, 03 and 2025 02, 03.
    """

    received_ns: int
    plain: Records
    out: Outbox
    answers: bytes = b""
    spans: list[tuple[Link, int, int]] = field(default_factory=list)
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


def cut(links: list[Link], house: House, out: Outbox) -> tuple[Batch, NDArray[np.int64]]:
    """The batch of all bytes that ``links`` hold, and how many reissued frames each brought.

    What is not settled stays with its link. ``out``: wishes that came up since the last batch.
    """
    chunks = [link.take() for link in links]
    offsets = np.zeros(len(links) + 1, np.int64)
    np.cumsum([len(chunk) for chunk in chunks], out=offsets[1:])
    data = b"".join(chunks)
    buffer = np.frombuffer(data, np.uint8)
    pieces = split(buffer, offsets, np.array([link.give_up for link in links], np.uint8))
    slots = np.array([link.session.slot for link in links], np.int32)
    plain, first, counts = _admit(buffer, pieces, slots, house)
    batch = _plain_batch(buffer, pieces, first, plain, links, house, out)
    _touch(house, slots, counts[:, 0], batch.received_ns)
    now_s = house.clock.monotonic_s()
    rests = _rests(links, data, offsets, pieces.consumed, now_s)
    for chunk, link in enumerate(links):
        if plain[chunk]:
            link.session.last_frame_s = now_s
        else:
            _walk(data, pieces, int(first[chunk]), int(first[chunk + 1]), link, out)
        if link.gone is not None:
            rest = rests.get(chunk, b"")
            flush(rest, link, out)
            batch.taken_bytes += len(rest)
            link.session.end(link.gone, out)
    batch.taken_bytes += int(pieces.consumed.sum())
    batch.counts = counts[:, 1:].sum(axis=0)
    return batch, counts[:, 2] + counts[:, 4]


def _admit(
    buffer: NDArray[np.uint8], pieces: Split, slots: NDArray[np.int32], house: House
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    region, snapshot = house.roster.region, house.register.snapshot
    known = (
        snapshot.vins,
        snapshot.platforms,
        snapshot.flags,
        REGISTERED,
        house.register.auto_register,
    )
    found: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]] = admit(
        buffer,
        pieces.chunk,
        pieces.start,
        pieces.stop,
        pieces.reason,
        slots,
        region.rows["state"],
        region.vins,
        house.roster.grants,
        known,
    )
    return found


def _plain_batch(
    buffer: NDArray[np.uint8],
    pieces: Split,
    first: NDArray[np.int64],
    plain: NDArray[np.uint8],
    links: list[Link],
    house: House,
    out: Outbox,
) -> Batch:
    frames, offsets, chunk_of = (
        plain_frames(buffer, pieces.start, pieces.stop, first, plain) if plain.any() else _NO_FRAMES
    )
    numbers = np.array([link.session.link for link in links], np.uint32)
    kinds = np.full(chunk_of.size, RecordKind.FRAME, np.uint8)
    records = Records(frames, offsets, kinds, numbers[chunk_of])
    batch = Batch(house.clock.now_ns(), records, out)
    answered = _answered_states(house.answer_realtime)
    if chunk_of.size and answered:
        batch.answers = success_answers(frames, offsets).tobytes()
        batch.spans = list(_spans(chunk_of, links, answered, house))
    return batch


def _answered_states(setting: AnswerRealtime) -> tuple[int, ...]:
    return {"always": (VEHICLE, PLATFORM), "platform": (PLATFORM,), "never": ()}[setting]


def _spans(
    chunk_of: NDArray[np.int64], links: list[Link], states: tuple[int, ...], house: House
) -> Iterable[tuple[Link, int, int]]:
    """Each answered link's part of the answers."""
    changes = np.flatnonzero(np.diff(chunk_of)) + 1
    starts = np.concatenate(([0], changes))
    stops = np.concatenate((changes, [chunk_of.size]))
    of_row = house.roster.region.rows["state"]
    for chunk, start, stop in zip(
        chunk_of[starts].tolist(), starts.tolist(), stops.tolist(), strict=True
    ):
        link = links[chunk]
        if of_row[link.session.slot] in states:
            yield link, start * ANSWER_BYTES, stop * ANSWER_BYTES


def _walk(data: bytes, pieces: Split, first: int, stop: int, link: Link, out: Outbox) -> None:
    """Hand the pieces of one chunk to its session, in order."""
    take = link.session.take
    for start, end, reason in zip(
        pieces.start[first:stop].tolist(),
        pieces.stop[first:stop].tolist(),
        pieces.reason[first:stop].tolist(),
        strict=True,
    ):
        take(data[start:end], reason, out)


def _rests(
    links: list[Link],
    data: bytes,
    offsets: NDArray[np.int64],
    consumed: NDArray[np.int64],
    now_s: float,
) -> dict[int, bytes]:
    """Give each link back what must wait; return that of links that are gone, by chunk."""
    rests: dict[int, bytes] = {}
    lengths = np.diff(offsets) - consumed
    for chunk, link in enumerate(links):
        link.give_up = False
        if lengths[chunk] == 0:
            link.waiting_since_s = 0.0
            continue
        end = int(offsets[chunk + 1])
        rest = data[end - int(lengths[chunk]) : end]
        if link.gone is None:
            link.keep(rest, now_s, bool(consumed[chunk]))
        else:
            rests[chunk] = rest
    return rests


def quarantine(
    links: list[Link], chunks: list[bytes | bytearray], house: House, out: Outbox
) -> Batch:
    """A batch that only keeps bytes, as noise of an own reason; its links are ended."""
    for link, chunk in zip(links, chunks, strict=True):
        link.take()
        link.gone = link.gone or CloseReason.FAULT
        link.transport.close()
        out.noise(link.session.link, QUARANTINED, bytes(chunk))
        link.session.end(link.gone, out)
    plain = Records(_NO_FRAMES[0], _NO_FRAMES[1], np.empty(0, np.uint8), np.empty(0, np.uint32))
    taken = sum(len(chunk) for chunk in chunks)
    return Batch(house.clock.now_ns(), plain, out, taken_bytes=taken)


def flush(data: bytes, link: Link, out: Outbox) -> None:
    """The last bytes of a link that is gone: no frame in them is waited for any longer."""
    give_up = np.ones(1, np.uint8)
    while data:
        pieces = split(np.frombuffer(data, np.uint8), np.array([0, len(data)], np.int64), give_up)
        _walk(data, pieces, 0, pieces.start.size, link, out)
        data = data[int(pieces.consumed[0]) :]


def _touch(house: House, slots: NDArray[np.int32], frames: NDArray[np.int64], now_ns: int) -> None:
    """Note in the online table that these sessions spoke."""
    spoke = (slots >= 0) & (frames > 0)
    rows = house.roster.region.rows
    rows["last_ns"][slots[spoke]] = now_ns
    rows["frames"][slots[spoke]] += frames[spoke].astype(np.uint64)
