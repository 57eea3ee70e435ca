"""Frames are found by vehicle and receive time, in logs and in sealed segments."""

from pathlib import Path

import pytest
from tests.journal.building import (
    SECOND_NS,
    SMALL,
    START_NS,
    STREAM,
    VINS,
    append,
    frames,
    read_all,
    written_kinds,
)

from voltward.journal.find import Finder
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.journal.verify import verify
from voltward.journal.writer import JournalWriter


def expected(payloads: list[bytes], vin: bytes, low: int, high: int) -> list[bytes]:
    return [p for n, p in enumerate(payloads) if p[4:21] == vin and low <= n < high]


def found(
    folder: Path, keys: KeyRing, finder: Finder, vin: bytes, low: int, high: int
) -> list[bytes]:
    numbers = finder.find(STREAM, vin, START_NS + low * SECOND_NS, START_NS + high * SECOND_NS)
    out = []
    with JournalReader(folder, keys=keys) as reader:
        for batch in reader.records_at(STREAM, numbers):
            for index in range(len(batch)):
                payload = batch.payload(index)
                out.append(payload[1:] if batch.kinds[index] == 4 else payload)
    return out


@pytest.mark.parametrize("sealed", [0, 2, 99])
def test_frames_are_found_by_vehicle_and_receive_time(
    tmp_path: Path, keys: KeyRing, sealed: int
) -> None:
    payloads = written_kinds(tmp_path)
    Keeper(tmp_path, STREAM, keys).keep(most=sealed)
    finder = Finder(tmp_path, keys=keys)
    for vin in (VINS[0], VINS[7], b"LVWARD00000009999"):
        for low, high in ((0, 400), (100, 300), (0, 1), (399, 400), (250, 250)):
            assert found(tmp_path, keys, finder, vin, low, high) == expected(
                payloads, vin, low, high
            )


def test_a_finder_sees_what_is_new_and_what_was_sealed_meanwhile(tmp_path: Path) -> None:
    finder = Finder(tmp_path)
    payloads = written_kinds(tmp_path)
    everything = (VINS[3], 0, 10_000)
    assert found(tmp_path, KeyRing(), finder, *everything) == expected(payloads, *everything)
    with JournalWriter(tmp_path, STREAM, SMALL) as writer:
        append(writer, payloads[3:4], first_ns=START_NS + 9_000 * SECOND_NS)
        assert found(tmp_path, KeyRing(), finder, *everything) == expected(payloads, *everything)
        writer.commit()
    more = [*expected(payloads, *everything), payloads[3]]
    assert found(tmp_path, KeyRing(), finder, *everything) == more
    Keeper(tmp_path, STREAM).keep()
    assert found(tmp_path, KeyRing(), finder, *everything) == more


@pytest.mark.parametrize("spoil", ["remove", "damage", "empty"])
def test_an_index_that_is_lost_is_made_again(tmp_path: Path, spoil: str) -> None:
    payloads = written_kinds(tmp_path)
    Keeper(tmp_path, STREAM).keep()
    path = tmp_path / STREAM / "000000000001.index"
    content = bytearray(path.read_bytes())
    if spoil == "remove":
        path.unlink()
    elif spoil == "damage":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(b"")
    assert found(tmp_path, KeyRing(), Finder(tmp_path), VINS[1], 0, 400) == expected(
        payloads, VINS[1], 0, 400
    )
    report = list(verify(tmp_path, STREAM))[1]
    assert report.faults[0].startswith("index:")
    if spoil == "remove":
        Keeper(tmp_path, STREAM).keep()
        assert all(report.sound for report in verify(tmp_path, STREAM))


@pytest.mark.parametrize("sealed", [0, 2, 99])
def test_the_first_record_since_an_instant_is_found(
    tmp_path: Path, keys: KeyRing, sealed: int
) -> None:
    with JournalWriter(tmp_path, STREAM, SMALL) as writer:
        for start in range(0, 400, 40):
            append(writer, frames(40, seed=start), first_ns=START_NS + start * SECOND_NS)
            writer.commit()
    order = list(read_all(tmp_path))
    Keeper(tmp_path, STREAM, keys).keep(most=sealed)
    finder = Finder(tmp_path, keys=keys)
    for number in (0, 1, 39, 40, 250, 399):
        assert finder.first_since(STREAM, START_NS + number * SECOND_NS) == order[number]
        assert finder.first_since(STREAM, START_NS + number * SECOND_NS - 1) == order[number]
    assert finder.first_since(STREAM, 0) == order[0]
    assert finder.first_since(STREAM, START_NS + 399 * SECOND_NS + 1) is None
    assert finder.first_since("absent", 0) is None
