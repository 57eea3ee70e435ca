"""Journals with sealed segments for the tests of the archive."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.telemetry.ingest.scene import KEY, NOON, Journal, report, vin

from voltward.journal.expiry import expire_segment
from voltward.journal.files import OsFiles
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.telemetry.archive.write import ArchiveConfig
from voltward.telemetry.raw import RawPlaces

FRAMES = 50
EVER = (datetime.fromtimestamp(NOON, UTC) - timedelta(1), datetime.fromtimestamp(NOON + 9999, UTC))


def config_in(folder: Path, keys: KeyRing = KeyRing()) -> ArchiveConfig:
    return ArchiveConfig(folder / "journal", folder / "archive", KEY, keys)


def places_in(folder: Path) -> RawPlaces:
    return RawPlaces(folder / "journal", folder / "archive", KEY)


def sealed_stream(folder: Path, stream: str = "gateway-0", segments: int = 2) -> list[bytes]:
    """Sealed segments of 50 frames each, then a live one with a single frame."""
    journal = Journal(folder / "journal", stream)
    sent = [report(vin(1), NOON + n) for n in range(segments * FRAMES + 1)]
    for segment in range(segments):
        journal.put(sent[segment * FRAMES : (segment + 1) * FRAMES])
        journal.writer.seal()
    journal.put(sent[-1:])
    journal.close()
    Keeper(folder / "journal", stream).keep()
    return sent


def sealed_file(folder: Path, segment: int, stream: str = "gateway-0") -> Path:
    return folder / "journal" / stream / f"{segment:012d}.sealed"


def damage(path: Path) -> bytes:
    """Turn bytes of the first block, more than can be mended; returns the sound content."""
    sound = path.read_bytes()
    spoiled = bytearray(sound)
    spoiled[8192 + 40 + 20] ^= 0xFF
    path.write_bytes(spoiled)
    return sound


def expired(folder: Path, segment: int, stream: str = "gateway-0") -> None:
    """As the keeper does it: the proof stays."""
    expire_segment(OsFiles(), str(folder / "journal" / stream), segment)
