"""What may go from the journal, and only then: old, safe elsewhere, read by all, held by none.

The proof that a segment is safe elsewhere is a file beside it, written by whoever archived its
rows and its raw frames and read both back: ``STREAM/000000000003.archived``.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import numpy as np

from voltward.journal.crc import crc32c
from voltward.journal.files import Files
from voltward.journal.format import index_name, sealed_name
from voltward.journal.holds import Hold
from voltward.journal.index import index_for
from voltward.journal.keys import KeyRing
from voltward.journal.position import SEGMENT_DIGITS, Position
from voltward.journal.sealed import SealedSegment

NOT_OLD = "it is not old enough"  # the one reason that is nobody's business


@dataclass(frozen=True, slots=True)
class ArchiveProof:
    """Says that all of a segment is in verified cold storage.

    ``end`` and ``records``: what the segment held, as its sealed header says. ``files``: path,
    bytes and SHA-256 (hex) of each file that holds its rows or its raw frames, all read back.
    """

    stream: str
    segment: int
    end: int
    records: int
    verified_ns: int
    files: tuple[tuple[str, int, str], ...]


def proof_name(segment: int) -> str:
    return f"{segment:0{SEGMENT_DIGITS}}.archived"


def write_proof(files: Files, journal: str, proof: ArchiveProof) -> None:
    """Put the proof beside its segment, durably."""
    folder = f"{journal}/{proof.stream}"
    body = json.dumps(asdict(proof)).encode()
    path = f"{folder}/{proof_name(proof.segment)}"
    with suppress(FileNotFoundError):
        files.remove(f"{path}.partial")
    handle = files.open(f"{path}.partial", create=True)
    try:
        text = b"%08x\n" % crc32c(body) + body
        files.write_at(handle, 0, np.frombuffer(text, np.uint8))
        files.sync(handle)
    finally:
        files.close(handle)
    files.rename(f"{path}.partial", path)
    files.sync_folder(folder)


def read_proof(files: Files, journal: str, stream: str, segment: int) -> ArchiveProof | None:
    """The proof; None: there is none, or it is damaged and proves nothing."""
    try:
        text = _content(files, f"{journal}/{stream}/{proof_name(segment)}")
    except OSError:
        return None
    check, _, body = text.partition(b"\n")
    if check != b"%08x" % crc32c(body):
        return None
    try:
        fields = json.loads(body)
        kept = tuple((str(p), int(n), str(h)) for p, n, h in fields.pop("files"))
        proof = ArchiveProof(**fields, files=kept)
    except (ValueError, KeyError, TypeError):
        return None
    return proof if (proof.stream, proof.segment) == (stream, segment) else None


def _content(files: Files, path: str) -> bytes:
    handle = files.open(path)
    try:
        return files.read_at(handle, 0, files.size(handle)).tobytes()
    finally:
        files.close(handle)


@dataclass(frozen=True)
class ExpiryPolicy:
    """``keep_ns``: least age of a segment's youngest record.

    ``paused``: why nothing at all may go now, in words; empty: it may.
    ``followers``: by name, how far everyone who must read the stream has come; None: not begun.
    ``still_there``: looks once more at the files that a proof names.
    """

    keep_ns: int
    holds: tuple[Hold, ...] = ()
    paused: str = ""
    followers: Mapping[str, Position | None] = field(default_factory=dict)
    still_there: Callable[[ArchiveProof], bool] = lambda _proof: True


def reason_to_keep(
    files: Files,
    journal: str,
    segment: SealedSegment,
    policy: ExpiryPolicy,
    keys: KeyRing,
    now_ns: int,
) -> str:
    """Why a sealed segment must stay, in words; empty: it may expire.

    What takes longest comes last: the archive is read only for what nobody wants any more.
    """
    sealed = segment.sealed
    if sealed is None:
        return "its header cannot be read"
    stream, number = sealed.log.stream, sealed.log.segment
    if max(sealed.last_ns, sealed.log.created_ns) + policy.keep_ns > now_ns:
        return NOT_OLD
    proof = read_proof(files, journal, stream, number)
    if proof is None:
        return "nothing proves that it is kept elsewhere"
    same = (proof.end, proof.records) == (sealed.end, sealed.records)
    if not same or (proof.records and not proof.files):
        return "the proof is of another content"
    wanted = reason_it_is_wanted(files, journal, segment, policy, keys)
    if wanted:
        return wanted
    if not policy.still_there(proof):
        return "the archive that the proof names is not whole"
    return ""


def reason_it_is_wanted(
    files: Files, journal: str, segment: SealedSegment, policy: ExpiryPolicy, keys: KeyRing
) -> str:
    """Who still wants a sealed segment where it is, in words; empty: nobody."""
    sealed = segment.sealed
    if sealed is None or policy.paused:
        return policy.paused
    stream, number = sealed.log.stream, sealed.log.segment
    for name, position in policy.followers.items():
        if position is None or position < Position(stream, number, sealed.end):
            return f"{name} has not read it"
    for hold in policy.holds:
        if hold.may_touch(stream, sealed.first_ns, sealed.last_ns) and _holds_vehicle_of(
            hold, files, journal, segment, keys
        ):
            return f"legal hold {hold.name}: {hold.reason}"
    return ""


def _holds_vehicle_of(
    hold: Hold, files: Files, journal: str, segment: SealedSegment, keys: KeyRing
) -> bool:
    """Whether the hold names no vehicle, or one that has a frame in the segment."""
    if not hold.vins or segment.sealed is None:
        return True
    index = index_for(files, f"{journal}/{segment.sealed.log.stream}", segment, keys)
    everything = (-(1 << 63), (1 << 63) - 1)
    return any(index.find(vin.encode(), *everything).size for vin in hold.vins)


def expire_segment(files: Files, folder: str, number: int) -> None:
    """Remove a segment and its index; its proof stays and says where its content is."""
    for name in (sealed_name(number), index_name(number)):
        with suppress(FileNotFoundError):
            files.remove(f"{folder}/{name}")
    files.sync_folder(folder)
