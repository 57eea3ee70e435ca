"""Raw frames of a vehicle, wherever they lie: live journal, sealed segments, archive.

The only way to raw frames for the pages. The caller has asked whether the person may: frames
carry the VIN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from voltward.base.clock import utc
from voltward.base.vehicle_id import vehicle_id
from voltward.journal.errors import NoSuchRecord
from voltward.journal.expiry import read_proof
from voltward.journal.files import OsFiles
from voltward.journal.find import Finder
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.telemetry.archive.layout import manifests, month_of, read_manifest
from voltward.telemetry.archive.read import Found, frame_in, frames_in
from voltward.telemetry.ingest.batch import FRAME
from voltward.telemetry.ingest.streams import streams_numbered
from voltward.telemetry.ingest.vehicles import VIN_BYTES, VIN_OFFSET, vehicle_number

MOST = 10_000
ONE_FRAME_BYTES = 1 << 17  # holds the longest frame (65,556 octets): one look is enough


@dataclass(frozen=True, slots=True)
class RawPlaces:
    """Where frames lie. ``vehicle_key``: the installation's, from VIN to vehicle number."""

    journal: Path
    archive: Path
    vehicle_key: bytes = field(repr=False)
    journal_keys: KeyRing = field(default_factory=KeyRing)


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One frame as it came in, start mark to BCC."""

    position: Position
    received_at: datetime
    frame: bytes

    @property
    def hex(self) -> str:
        return self.frame.hex()


class RawFrames:
    """Finds raw frames; safe to use from many threads, one search at a time.

    It remembers what it has seen of the live segments, so keep one per process.
    """

    def __init__(self, places: RawPlaces) -> None:
        self._places = places
        self._finder = Finder(places.journal, keys=places.journal_keys)
        self._reader = JournalReader(places.journal, keys=places.journal_keys)
        self._lock = Lock()

    def of(
        self, vehicle: str | int, start: datetime, end: datetime, limit: int = MOST
    ) -> list[RawFrame]:
        """The newest ``limit`` frames of a vehicle received in ``[start, end)``, oldest first.

        ``vehicle``: VIN or vehicle number; a number costs a look at every VIN. Refused frames and
        noise are not among them.

        Raises:
            ArchiveDamaged, JournalError: content that should be there cannot be read.
        """
        from_ns, to_ns = _ns(start), _ns(end)
        with self._lock:
            if isinstance(vehicle, int):
                number, vin = vehicle, self._vin(vehicle)
            else:
                number = vehicle_id(vehicle, self._places.vehicle_key)
                vin = vehicle.encode("gb18030", "replace")
            # The journal first: what expires meanwhile is then found in the archive, at worst twice.
            kept = self._in_journal(vin, from_ns, to_ns, limit) if vin else []
            archived = self._archived(number, from_ns, to_ns)
            found = {frame.position: frame for frame in (*kept, *archived)}
        in_time = sorted(found.values(), key=lambda frame: (frame.received_at, frame.position))
        return in_time[-limit:]

    def at(self, position: Position | str) -> RawFrame | None:
        """The frame at a position (or its text form), as a row names it; None: not kept."""
        at = Position.parse(position) if isinstance(position, str) else position
        with self._lock:
            found = self._frame_at(at)
            if found is not None:
                return found
            archive, keys = self._places.archive, self._places.journal_keys
            manifest = read_manifest(archive, at.stream, at.segment)
            kept = frame_in(archive, manifest, keys, at.number) if manifest else None
        return _raw(kept) if kept else None

    def of_row(self, stream: int, position: int) -> RawFrame | None:
        """The frame of a row of the store, by its ``stream`` and ``frame_position``."""
        known = {path.name for path in (self._places.archive / "segments").glob("*")}
        known |= set(self._reader.streams())
        for name in streams_numbered(stream, sorted(known)):
            frame = self.at(Position.of_number(name, position))
            if frame is not None:
                return frame
        return None

    def close(self) -> None:
        self._reader.close()

    def _in_journal(self, vin: bytes, from_ns: int, to_ns: int, limit: int) -> list[RawFrame]:
        found = []
        for stream in self._reader.streams():
            for number in self._finder.find(stream, vin, from_ns, to_ns)[-limit:]:
                frame = self._frame_at(Position.of_number(stream, int(number)))
                if frame is not None:
                    found.append(frame)
        return found

    def _frame_at(self, position: Position) -> RawFrame | None:
        """The record there if it is an admitted frame."""
        try:
            self._reader.frame_at(position)
        except NoSuchRecord:
            return None
        records = self._reader.read(position, position.stream, ONE_FRAME_BYTES)
        if not len(records) or int(records.kinds[0]) != FRAME:
            return None
        return RawFrame(position, utc(int(records.received_ns[0])), records.payload(0))

    def _archived(self, vehicle: int, from_ns: int, to_ns: int) -> Iterator[RawFrame]:
        """From segments that have expired, each for itself: a legal hold keeps older ones back."""
        folder, keys = self._places.archive, self._places.journal_keys
        held = {name: set(self._reader.segments(name)) for name in self._reader.streams()}

        def may_skip(stream: str, segment: int) -> bool:
            here = segment in held.get(stream, ())
            return here or self._is_of_other_months(stream, segment, from_ns, to_ns)

        for manifest in manifests(folder, may_skip):
            outside = manifest.last_ns < from_ns or manifest.first_ns >= to_ns
            if not outside and manifest.segment not in held.get(manifest.stream, ()):
                for kept in frames_in(folder, manifest, keys, vehicle, from_ns, to_ns):
                    yield _raw(kept)

    def _is_of_other_months(self, stream: str, segment: int, from_ns: int, to_ns: int) -> bool:
        """What an expired segment's proof says where its manifest says nothing any more."""
        proof = read_proof(OsFiles(), str(self._places.journal), stream, segment)
        if proof is None:
            return False
        first, last = f"{utc(from_ns):%Y-%m}", f"{utc(to_ns):%Y-%m}"
        return all(not first <= month_of(path) <= last for path, _, _ in proof.files)

    def _vin(self, vehicle: int) -> bytes:
        """The VIN behind a number; empty: the journal knows none."""
        tried: set[bytes] = set()
        for stream in self._reader.streams():
            at = self._reader.start(stream)
            while at is not None:
                records = self._reader.read(at, stream, 8 << 20)
                for i in range(len(records)):
                    first = int(records.offsets[i]) + VIN_OFFSET
                    vin = records.buffer[first : first + VIN_BYTES].tobytes()
                    if records.kinds[i] == FRAME and vin not in tried:
                        tried.add(vin)
                        if vehicle_number(vin, self._places.vehicle_key) == vehicle:
                            return vin
                at = None if records.next == at else records.next
        return b""


def frames_of(
    places: RawPlaces, vehicle: str | int, start: datetime, end: datetime, limit: int = MOST
) -> list[RawFrame]:
    """See ``RawFrames.of``; for a single search."""
    source = RawFrames(places)
    try:
        return source.of(vehicle, start, end, limit)
    finally:
        source.close()


def _raw(found: Found) -> RawFrame:
    position = Position.of_number(found.stream, found.position)
    return RawFrame(position, utc(found.received_ns), found.frame)


def _ns(instant: datetime) -> int:
    """Unix nanoseconds of an aware instant."""
    delta = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + delta.microseconds * 1000
