"""Journals for tests: frames with a VIN, columns for ``append_many``, whole streams."""

import random
import sys
from collections.abc import Sequence

import numpy as np

from voltward.journal.files import Files
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalOptions, JournalWriter

STREAM = "gateway-0"
VINS = [b"LVWARD0000000%04d" % number for number in range(20)]
SECOND_NS = 1_000_000_000
SMALL = JournalOptions(segment_bytes=40_000, reserve_share=0.0)
NO_RESERVE = JournalOptions(reserve_share=0.0)
START_NS = 1_773_534_605_000_000_000


def figures(text: str) -> None:
    """One line for people who run the tests with ``-s``, as the long tiers do."""
    sys.stdout.write(f"\n{text}\n")


def frame(vin: bytes, size: int, chance: random.Random) -> bytes:
    """Bytes in the shape of a frame: start, command, answer, VIN, the rest by chance."""
    return b"##\x02\xfe" + vin + chance.randbytes(max(0, size - 21))


def frames(count: int, seed: int = 1, size: int = 300) -> list[bytes]:
    chance = random.Random(seed)
    return [frame(VINS[n % len(VINS)], size + chance.randrange(50), chance) for n in range(count)]


def append(
    writer: JournalWriter,
    payloads: Sequence[bytes],
    kind: int = 1,
    link: int = 7,
    first_ns: int = START_NS,
) -> None:
    """Append payloads of one kind; receive times are one second apart."""
    count = len(payloads)
    offsets = np.concatenate([[0], np.cumsum([len(p) for p in payloads])]).astype(np.int64)
    writer.append_many(
        np.frombuffer(b"".join(payloads), np.uint8),
        offsets,
        np.full(count, kind, np.uint8),
        np.full(count, link, np.uint32),
        first_ns + np.arange(count, dtype=np.int64) * 1_000_000_000,
    )


def written(
    folder: object,
    payloads: Sequence[bytes],
    options: JournalOptions = NO_RESERVE,
    files: Files | None = None,
    batch: int = 50,
) -> None:
    """A closed stream that holds the payloads, ``batch`` a commit."""
    with JournalWriter(str(folder), STREAM, options, files) as writer:
        for start in range(0, len(payloads), batch):
            first_ns = START_NS + start * 1_000_000_000
            append(writer, payloads[start : start + batch], first_ns=first_ns)
            writer.commit()


def read_all(
    folder: object,
    files: Files | None = None,
    keys: KeyRing | None = None,
    limit_bytes: int = 1 << 20,
    start: Position | None = None,
) -> dict[Position, bytes]:
    """Position to payload, in the order of reading."""
    found: dict[Position, bytes] = {}
    with JournalReader(str(folder), files, keys) as reader:
        position = start
        while True:
            records = reader.read(position, STREAM, limit_bytes)
            for index in range(len(records)):
                at = Position.of_number(STREAM, int(records.positions[index]))
                found[at] = records.payload(index)
            if records.next == position:
                return found
            position = records.next


def written_kinds(folder: object, files: Files | None = None) -> list[bytes]:
    """A stream of some segments with admitted and refused frames, noise and events."""
    payloads = frames(400)
    with JournalWriter(str(folder), STREAM, SMALL, files) as writer:
        for start in range(0, 400, 40):
            part = payloads[start : start + 40]
            first_ns = START_NS + start * SECOND_NS
            append(writer, part[:20], kind=1, first_ns=first_ns)
            append(writer, [b"\x05" + p for p in part[20:]], 4, first_ns=first_ns + 20 * SECOND_NS)
            append(writer, [b"\x01noise", b"\x02"], kind=2, first_ns=first_ns)
            append(writer, [b'{"event": "login"}'], kind=3, first_ns=first_ns)
            writer.commit()
    return payloads
