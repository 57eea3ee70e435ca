"""The index of a sealed segment: which vehicle's frames lie where, and when they came.

A side file that can always be made again from the segment. It holds VINs, so it is compressed and
encrypted like the blocks, as one more block of the segment.
"""

import io
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voltward.base.vin import VIN_LENGTH
from voltward.journal.blocks import HEAD_BYTES, NONCE_PREFIX_BYTES, BlockCodec, BlockHead
from voltward.journal.crc import crc32c
from voltward.journal.errors import JournalDamaged
from voltward.journal.files import Files
from voltward.journal.format import HEADER_BYTES, index_name
from voltward.journal.kernels import vehicle_columns
from voltward.journal.keys import KeyRing
from voltward.journal.sealed import SealedSegment
from voltward.journal.segments import Scanned, Segment, scan_window
from voltward.journal.types import Bytes, Numbers, Unsigned

INDEX_BLOCK = 0xFFFFFFFF  # a number no block of records has, so that no nonce is used twice
_MAGIC = np.frombuffer(b"VOLTINDX", np.uint8)
_FRONT_BYTES = _MAGIC.size + 8 + NONCE_PREFIX_BYTES


@dataclass(frozen=True)
class SegmentIndex:
    """``vins`` (v,) S17 sorted; the frames of ``vins[i]`` are ``starts[i]:starts[i + 1]`` of
    ``offsets`` (n,) i8, ascending, and ``received_ns`` (n,) i8.
    """

    vins: npt.NDArray[np.bytes_]
    starts: Numbers
    offsets: Numbers
    received_ns: Numbers

    def find(self, vin: bytes, from_ns: int, to_ns: int) -> Numbers:
        """Offsets of the vehicle's frames received in ``[from_ns, to_ns)``, ascending."""
        name = vin.rstrip(b"\0")  # numpy's bytes end before their zeros
        place = int(np.searchsorted(self.vins, np.bytes_(name)))
        if place == self.vins.size or self.vins[place] != name:
            return np.empty(0, np.int64)
        rows = slice(int(self.starts[place]), int(self.starts[place + 1]))
        times = self.received_ns[rows]
        return self.offsets[rows][(times >= from_ns) & (times < to_ns)]


class IndexBuilder:
    """Takes the windows of one segment in order."""

    def __init__(self) -> None:
        self._vins: list[Bytes] = []
        self._offsets: list[Numbers] = []
        self._received: list[Numbers] = []
        self._first_ns, self._last_ns = 0, 0
        self._any = False

    @property
    def span_ns(self) -> tuple[int, int]:
        """Least and greatest receive time of all records; zeros without records."""
        return self._first_ns, self._last_ns

    def add(self, window: Scanned) -> None:
        count = window.found.size
        if count == 0:
            return
        vins = np.empty((count, VIN_LENGTH), np.uint8)
        received_ns = np.empty(count, np.int64)
        has_vehicle = np.empty(count, np.uint8)
        vehicle_columns(window.data, window.found, vins, received_ns, has_vehicle)
        low, high = int(received_ns.min()), int(received_ns.max())
        self._first_ns = min(self._first_ns, low) if self._any else low
        self._last_ns = max(self._last_ns, high) if self._any else high
        self._any = True
        keep = has_vehicle.astype(bool)
        self._vins.append(vins[keep])
        self._offsets.append(window.found[keep] + window.base)
        self._received.append(received_ns[keep])

    def finish(self) -> SegmentIndex:
        """The index of everything added so far."""
        if not self._vins:
            empty = np.empty(0, np.int64)
            return SegmentIndex(np.empty(0, f"S{VIN_LENGTH}"), np.zeros(1, np.int64), empty, empty)
        vins = np.concatenate(self._vins)
        order = np.lexsort(_words(vins))
        vins = vins[order]
        changes = np.any(vins[1:] != vins[:-1], axis=1)
        first = np.concatenate([[True], changes]) if len(vins) else np.empty(0, bool)
        starts = np.append(np.flatnonzero(first), len(vins)).astype(np.int64)
        return SegmentIndex(
            vins=np.ascontiguousarray(vins[starts[:-1]]).view(f"S{VIN_LENGTH}").reshape(-1),
            starts=starts,
            offsets=np.concatenate(self._offsets)[order],
            received_ns=np.concatenate(self._received)[order],
        )


def _words(vins: Bytes) -> tuple[Unsigned, Unsigned, Unsigned]:
    """Three numbers a VIN, the least significant first: sorting them sorts the VINs, and fast."""
    padded = np.zeros((len(vins), 24), np.uint8)
    padded[:, :VIN_LENGTH] = vins
    words = padded.view(">u8").astype(np.uint64)
    return words[:, 2], words[:, 1], words[:, 0]


def index_of(segment: Segment) -> SegmentIndex:
    """The index, made from the segment itself."""
    builder = IndexBuilder()
    at, end = HEADER_BYTES, segment.size()
    while at < end:
        window = scan_window(segment, at, end)
        builder.add(window)
        at = window.next
    return builder.finish()


def index_for(files: Files, folder: str, segment: SealedSegment, keys: KeyRing) -> SegmentIndex:
    """The index from the side file in the stream's ``folder``, or made from the segment."""
    name = f"{folder.rsplit('/', 1)[-1]}/{segment.number}"
    try:
        return read_index(files, f"{folder}/{index_name(segment.number)}", keys, name)
    except (FileNotFoundError, JournalDamaged):
        return index_of(segment)


def write_index(files: Files, path: str, index: SegmentIndex, codec: BlockCodec) -> None:
    """Write the side file in place of any older one, durably; the name is synced by the caller."""
    content = io.BytesIO()
    np.savez(
        content,
        vins=index.vins.view(np.uint8),
        starts=index.starts,
        offsets=index.offsets,
        received_ns=index.received_ns,
    )
    raw = np.frombuffer(content.getvalue(), np.uint8)
    stored = np.frombuffer(codec.encode(INDEX_BLOCK, raw), np.uint8)
    head = BlockHead(INDEX_BLOCK, 0, raw.size, stored.size, crc32c(stored)).pack()
    front = _MAGIC.tobytes() + codec.key + codec.nonce_prefix
    partial = f"{path}.partial"
    with suppress(FileNotFoundError):
        files.remove(partial)
    handle = files.open(partial, create=True)
    try:
        files.write_at(handle, 0, np.concatenate([np.frombuffer(front + head, np.uint8), stored]))
        files.sync(handle)
    finally:
        files.close(handle)
    files.rename(partial, path)


def read_index(files: Files, path: str, keys: KeyRing, name: str) -> SegmentIndex:
    """The index in a side file of the segment called ``name`` (stream/segment).

    Raises:
        JournalDamaged: it must be made again.
        FileNotFoundError: there is none.
        KeyMissing: the ring lacks its key.
    """
    handle = files.open(path)
    try:
        data = files.read_at(handle, 0, files.size(handle))
    finally:
        files.close(handle)
    head = BlockHead.read(data[_FRONT_BYTES:])
    if head is None or not np.array_equal(data[: _MAGIC.size], _MAGIC):
        raise JournalDamaged(f"{path}: head")
    key = data[_MAGIC.size : _MAGIC.size + 8].tobytes()
    codec = BlockCodec(keys, key, data[_MAGIC.size + 8 : _FRONT_BYTES].tobytes(), name)
    raw = codec.decode(head, data[_FRONT_BYTES + HEAD_BYTES :])
    with np.load(io.BytesIO(raw.tobytes()), allow_pickle=False) as columns:
        return SegmentIndex(
            columns["vins"].view(f"S{VIN_LENGTH}"),
            columns["starts"],
            columns["offsets"],
            columns["received_ns"],
        )
