"""From what arrived to what is written: split, admit, answer; the whole of the hot path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.columns.split import Split, split
from voltward.gateway.batch import ANSWER_BYTES, Batch, Cut, Inbox, Records, Spans
from voltward.gateway.house import House
from voltward.gateway.kernels.admit import admit, plain_frames, success_answers
from voltward.gateway.link import Link
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import QUARANTINED, CloseReason, RecordKind
from voltward.gateway.registry import ENROLLED, REGISTERED

# by setting: whether a link of each roster state (free, vehicle, platform) is answered success
_ANSWERED = {
    "always": np.array([False, True, True]),
    "platform": np.array([False, False, True]),
    "never": np.array([False, False, False]),
}


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All bytes of a batch link by link, and where its frames are; ``offsets`` ``(k + 1,)``."""

    seats: NDArray[np.int64]
    data: bytes
    offsets: NDArray[np.int64]
    buffer: NDArray[np.uint8]
    pieces: Split


def look(inbox: Inbox) -> Look:
    """The first step of a cut: changes nothing, and holds good however long the cut waits."""
    seats, data, offsets = inbox.grouped()
    buffer = np.frombuffer(data, np.uint8)
    return Look(seats, data, offsets, buffer, split(buffer, offsets, _given_up(inbox, seats)))


def cut(inbox: Inbox, house: House, out: Outbox, seen: Look | None = None) -> Cut:
    """The batch of all that arrived. ``out``: wishes that came up since the last batch.

    What is not settled goes back to its link.
    """
    seen = seen or look(inbox)
    seats, data, buffer, pieces = seen.seats, seen.data, seen.buffer, seen.pieces
    by_seat, columns = inbox.links, house.seats
    ending = inbox.ends(seats, columns.is_gone)
    slots = columns.slot[seats]
    plain, first, counts = _admit(buffer, pieces, slots, house)
    batch = Batch(
        house.clock.now_ns(),
        _plain_records(buffer, pieces, first, plain, columns.number[seats]),
        out,
    )
    _answer(batch, seats, slots, plain, first, house, by_seat)
    _touch(house, slots, counts[:, 0], batch.received_ns)
    now_s = house.clock.monotonic_s()
    columns.last_frame_s[seats[plain != 0]] = now_s
    rests = _rests(seen, inbox, ending, house, now_s)
    special = np.flatnonzero((plain == 0) | ending).tolist()
    for chunk in special:
        link = by_seat[seats[chunk]]
        if not plain[chunk]:
            _walk(data, pieces, int(first[chunk]), int(first[chunk + 1]), link, out)
        if ending[chunk] and link.gone is not None:
            rest = rests.get(chunk, b"")
            flush(rest, link, out)
            batch.taken_bytes += len(rest)
            link.session.end(link.gone, out)
    batch.taken_bytes += int(pieces.consumed.sum())
    batch.counts = counts[:, 1:].sum(axis=0)
    links = [by_seat[seat] for seat in seats[special].tolist()]
    return Cut(batch, links, seats, counts[:, 2] + counts[:, 4])


def _given_up(inbox: Inbox, seats: NDArray[np.int64]) -> NDArray[np.uint8] | None:
    """Whose first frame has been waited for too long: said once, whatever the look shows."""
    if not inbox.give_up:
        return None
    links = [inbox.links[seat] for seat in seats.tolist()]
    flags = np.array([link.give_up for link in links], np.uint8)
    for link in links:
        link.give_up = False
    return flags


def _admit(
    buffer: NDArray[np.uint8], pieces: Split, slots: NDArray[np.int32], house: House
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    region, snapshot = house.roster.region, house.register.snapshot
    known = (
        snapshot.vins,
        snapshot.platforms,
        snapshot.flags,
        REGISTERED,
        ENROLLED,
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


def _plain_records(
    buffer: NDArray[np.uint8],
    pieces: Split,
    first: NDArray[np.int64],
    plain: NDArray[np.uint8],
    numbers: NDArray[np.uint32],
) -> Records:
    """Frames of the plain chunks; the buffer itself where they lie in it without a gap."""
    starts, stops = pieces.start, pieces.stop
    if plain.size and plain.all() and starts.size and bool((starts[1:] == stops[:-1]).all()):
        frames, offsets, chunk_of = buffer, np.append(starts, stops[-1]), pieces.chunk
    else:
        frames, offsets, chunk_of = plain_frames(buffer, starts, stops, first, plain)
    kinds = np.full(chunk_of.size, RecordKind.FRAME, np.uint8)
    return Records(frames, offsets, kinds, numbers[chunk_of])


def _answer(
    batch: Batch,
    seats: NDArray[np.int64],
    slots: NDArray[np.int32],
    plain: NDArray[np.uint8],
    first: NDArray[np.int64],
    house: House,
    by_seat: list[Link],
) -> None:
    """Success answers to the plain frames of those links that are to get them."""
    states = house.roster.region.rows["state"][slots]
    wanted = _ANSWERED[house.answer_realtime][states] & (plain != 0)
    if not wanted.any():
        return
    plain_first = np.zeros(plain.size + 1, np.int64)
    np.cumsum(np.where(plain != 0, np.diff(first), 0), out=plain_first[1:])
    records = batch.plain
    batch.answers = success_answers(records.buffer, records.offsets).tobytes()
    batch.spans = Spans(
        [by_seat[seat] for seat in seats[wanted].tolist()],
        plain_first[:-1][wanted] * ANSWER_BYTES,
        plain_first[1:][wanted] * ANSWER_BYTES,
    )


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
    seen: Look, inbox: Inbox, ending: NDArray[np.bool_], house: House, now_s: float
) -> dict[int, bytes]:
    """Give each link back what must wait; return that of links that are gone, by chunk."""
    data, offsets, seats, consumed = seen.data, seen.offsets, seen.seats, seen.pieces.consumed
    lengths = np.diff(offsets) - consumed
    waiting = house.seats.waiting_since_s
    waiting[seats[lengths == 0]] = 0.0
    gone: dict[int, bytes] = {}
    for chunk in np.flatnonzero(lengths).tolist():
        seat, end = int(seats[chunk]), int(offsets[chunk + 1])
        rest = data[end - int(lengths[chunk]) : end]
        link = inbox.links[seat]
        if ending[chunk]:
            gone[chunk] = rest
            continue
        if inbox.ending is None or not link.intake.takes_back(seat, rest):
            link.keep(rest)
        if consumed[chunk] or not waiting[seat]:
            waiting[seat] = now_s  # another first byte than before
    return gone


def quarantine(inbox: Inbox, house: House, out: Outbox) -> Batch:
    """A batch that only keeps bytes, as noise of an own reason; its links are ended.

    What the cut had given back to a link already is among these bytes.
    """
    for seat, chunk in zip(inbox.seats, inbox.chunks, strict=True):
        link = inbox.links[seat]
        link.gone = link.gone or CloseReason.FAULT
        link.let_go()
        link.transport.close()
        out.noise(link.session.link, QUARANTINED, bytes(chunk))
        link.session.end(link.gone, out)
    plain = Records(
        np.empty(0, np.uint8),
        np.zeros(1, np.int64),
        np.empty(0, np.uint8),
        np.empty(0, np.uint32),
    )
    taken = sum(len(chunk) for chunk in inbox.chunks)
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
