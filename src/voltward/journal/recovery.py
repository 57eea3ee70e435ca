"""What a writer does before it accepts anything: look at every record, cut the torn tail.

Only the last segment is ever changed, and of it only what lies behind both the last whole record
and the committed word. Every step may be interrupted and done again. Damage with whole records
behind it stays where it is: readers step over it, and the quarantine keeps a copy.
"""

from dataclasses import dataclass, field

from voltward.base.clock import Clock
from voltward.journal.files import Files
from voltward.journal.format import HEADER_BYTES, SegmentHeader, log_name, segments_in
from voltward.journal.keys import KeyRing
from voltward.journal.marker import read_word
from voltward.journal.position import Position
from voltward.journal.quarantine import Damage, put_aside
from voltward.journal.sealed import SealedSegment
from voltward.journal.segments import (
    WINDOW_BYTES,
    LogSegment,
    finished_end,
    merged,
    scan_window,
)


@dataclass
class Recovery:
    """What was found. ``live``: the segment to go on in, at ``end``; None: begin a new one."""

    stream: str
    segments: int = 0
    records: int = 0
    scanned_bytes: int = 0
    cut_bytes: int = 0
    damage: list[Damage] = field(default_factory=list)
    live: SegmentHeader | None = None
    end: int = 0
    previous: int | None = None
    previous_end: int = 0
    next_segment: int = 0
    seconds: float = 0.0


def recover_stream(files: Files, folder: str, stream: str, clock: Clock) -> Recovery:
    """Bring the stream's ``folder`` into order; the caller holds its lock."""
    began_s = clock.monotonic_s()
    found = Recovery(stream)
    files.sync_folder(folder)  # names that an interrupted writer saw may not be durable yet
    committed = read_word(files, folder, stream)
    promised = committed.segment if committed else -1
    segments = segments_in(files.names(folder))
    last = max(segments, default=-1)
    if last > promised and segments[last].endswith(".log") and _is_stillborn(files, folder, last):
        files.remove(f"{folder}/{log_name(last)}")
        files.sync_folder(folder)
        del segments[last]
    numbers = list(segments)
    for place, number in enumerate(numbers):
        found.previous = number
        if not segments[number].endswith(".log"):
            found.previous_end = _sealed_end(files, f"{folder}/{segments[number]}")
            continue
        if place + 1 < len(numbers):
            _look_at_finished(files, folder, found, number)
        else:
            _mend_last(files, folder, found, number, committed)
    highest = max([promised, *numbers])
    found.next_segment = highest + 1
    if found.live is not None and found.live.segment < highest:
        # The segment that the word speaks of is gone; its positions are not given out again.
        found.live = None
    found.seconds = clock.monotonic_s() - began_s
    return found


def _is_stillborn(files: Files, folder: str, number: int) -> bool:
    """A segment whose creation was interrupted: no whole header and nothing behind it."""
    segment = LogSegment(files, f"{folder}/{log_name(number)}")
    try:
        size = segment.size()
        return size < HEADER_BYTES or (segment.header is None and size == HEADER_BYTES)
    finally:
        segment.close()


def _sealed_end(files: Files, path: str) -> int:
    segment = SealedSegment(files, path, KeyRing())
    segment.close()
    return segment.size()


def _look_at_finished(files: Files, folder: str, found: Recovery, number: int) -> None:
    """Check every record of a segment that takes no more; put copies of its damage aside."""
    segment = LogSegment(files, f"{folder}/{log_name(number)}")
    try:
        stated = finished_end(files, folder, number)
        end = segment.size() if stated is None else stated
        for start, stop in _scan(segment, end, found):
            damage = Damage(found.stream, number, start, stop, "damaged")
            put_aside(files, folder, segment, damage)
            found.damage.append(damage)
        found.previous_end = end
    finally:
        segment.close()


def _mend_last(
    files: Files, folder: str, found: Recovery, number: int, committed: Position | None
) -> None:
    """Cut what is torn off the segment that was being written, and make the rest durable."""
    segment = LogSegment(files, f"{folder}/{log_name(number)}")
    try:
        size = segment.size()
        promised = HEADER_BYTES
        if committed is not None and committed.segment == number:
            promised = max(promised, committed.offset)
        stretches = _scan(segment, max(size, HEADER_BYTES), found)
        torn = stretches[-1] if stretches and stretches[-1][1] >= size else (size, size)
        header = None if segment.unreadable else segment.header
        end = max(size if header is None else torn[0], promised)
        for start, stop in stretches:
            if start < end:
                _keep_copy(files, folder, segment, found, (start, min(stop, end)), "damaged")
        found.previous_end = end
        if header is None:
            return  # what cannot be checked is not cut either: go on in a new segment
        if size < promised:
            _keep_copy(files, folder, segment, found, (size, promised), "missing")
            return
        if end < size:
            _keep_copy(files, folder, segment, found, (end, size), "torn_tail")
            found.cut_bytes = size - end
        _make_durable(files, f"{folder}/{log_name(number)}", header, promised, end)
        found.live, found.end = header, end
    finally:
        segment.close()


def _keep_copy(
    files: Files,
    folder: str,
    segment: LogSegment,
    found: Recovery,
    stretch: tuple[int, int],
    reason: str,
) -> None:
    if segment.header is None:
        reason = "header"
    damage = Damage(found.stream, segment.number, *stretch, reason)
    put_aside(files, folder, segment, damage)
    found.damage.append(damage)


def _scan(segment: LogSegment, end: int, found: Recovery) -> list[tuple[int, int]]:
    """Every stretch below ``end`` that is no record; counts those that are."""
    stretches: list[tuple[int, int]] = []
    at = HEADER_BYTES
    while at < end:
        window = scan_window(segment, at, end, WINDOW_BYTES)
        stretches += window.damage
        found.records += window.found.size
        at = window.next
    found.scanned_bytes += max(0, end - HEADER_BYTES)
    found.segments += 1
    return merged(stretches)


def _make_durable(files: Files, path: str, header: SegmentHeader, promised: int, end: int) -> None:
    """Write what no sync is known to cover once more in place, cut the file at ``end``, sync.

    Pages whose write-back failed look clean to the system: a sync without the rewrite would
    succeed and promise nothing. The same bytes at the same place can lose nothing if interrupted.
    A damaged copy of the header is made whole on the way.
    """
    handle = files.open(path, write=True)
    try:
        files.write_at(handle, 0, header.pack())
        for start in range(promised, end, WINDOW_BYTES):
            data = files.read_at(handle, start, min(WINDOW_BYTES, end - start))
            files.write_at(handle, start, data)
        files.truncate(handle, end)
        files.sync(handle)
    finally:
        files.close(handle)
