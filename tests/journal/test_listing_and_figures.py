"""What people and other tools are shown: lines, figures, reports, checkpoints."""

from pathlib import Path

import pytest
from tests.journal.building import NO_RESERVE, START_NS, STREAM, append, frames, written_kinds

from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged
from voltward.journal.format import HEADER_BYTES
from voltward.journal.keeper import Keeper
from voltward.journal.listing import Entry, entries
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.stats import DiskStats, disk_stats, stream_stats
from voltward.journal.verify import verify
from voltward.journal.writer import JournalWriter

AT = Position(STREAM, 3, 4096)


@pytest.mark.parametrize(
    ("kind", "payload", "hex_line", "plain_line"),
    [
        (1, b"\x23\x23\x02", "frame 7 232302", "frame 7 3 bytes"),
        (2, b"\x05\xab", "noise 7 reason=5 ab", "noise 7 reason=5 1 bytes"),
        (3, b'{"event": "login"}', None, 'event 7 {"event": "login"}'),
        (4, b"\x09\x24\x24", "refused 7 reason=9 2424", "refused 7 reason=9 2 bytes"),
        (77, b"\x01", "77 7 01", "77 7 1 bytes"),
    ],
)
def test_a_line_ends_with_the_hex_of_the_frame(
    kind: int, payload: bytes, hex_line: str | None, plain_line: str
) -> None:
    entry = Entry(AT, START_NS, kind, 7, payload)
    front = "gateway-0/000000000003:4096 2026-03-15T00:30:05.000000Z "
    assert entry.line(hex_payload=True) == front + (hex_line or f"event 7 {payload.hex()}")
    assert entry.line(hex_payload=False) == front + plain_line


def test_entries_come_in_order_from_a_start_to_a_stop(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    with JournalReader(tmp_path) as reader:
        everything = list(entries(reader, STREAM))
        middle = list(
            entries(reader, STREAM, everything[50].position, stop=everything[90].position)
        )
        assert list(entries(reader, "absent")) == []
    assert len(everything) == 430
    assert middle == everything[50:90]


def test_figures_of_a_stream_are_read_without_its_records(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    before = stream_stats(tmp_path, STREAM)
    kept = Keeper(tmp_path, STREAM).keep()
    after = stream_stats(tmp_path, STREAM)
    assert (before.logs, before.sealed, before.records) == (len(kept.sealed) + 1, 0, 0)
    assert (after.logs, after.sealed) == (1, len(kept.sealed))
    assert after.records == sum(sealed.records for sealed in kept.sealed)
    assert after.sealed_bytes == sum(sealed.bytes_after for sealed in kept.sealed)
    assert (after.first_ns, after.end) == (START_NS, before.end)


@pytest.mark.parametrize(("used", "level"), [(0, 0), (79, 0), (80, 1), (90, 2), (95, 3), (100, 3)])
def test_the_disk_has_three_levels_of_alarm(used: int, level: int) -> None:
    assert DiskStats(100 - used, 100).level == level


def test_the_disk_under_a_journal_is_measured(tmp_path: Path) -> None:
    found = disk_stats(tmp_path)
    assert 0 < found.free_bytes <= found.total_bytes
    assert 0.0 <= found.used_share <= 1.0


def test_a_report_names_a_missing_segment_and_puts_damage_aside(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    folder = tmp_path / STREAM
    (folder / "000000000001.log").unlink()
    content = bytearray((folder / "000000000002.log").read_bytes())
    content[HEADER_BYTES + 100] ^= 1
    (folder / "000000000002.log").write_bytes(content)
    reports = {r.segment: r for r in verify(tmp_path, STREAM, quarantine=True)}
    assert [n for n, r in reports.items() if not r.sound] == [1, 2]
    assert reports[1].form == "missing"
    (damage,) = reports[2].damage
    assert (
        folder / "quarantine" / f"{damage.name}.bin"
    ).stat().st_size == damage.stop - damage.start
    assert stream_stats(tmp_path, STREAM).quarantined == 1


# -- checkpoints


def test_a_checkpoint_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursors", "processor")
    assert cursor.load() == Checkpoint()
    saved = Checkpoint({STREAM: AT, "gateway-1": Position("gateway-1", 0, 5)}, note="{}")
    cursor.save(Checkpoint({STREAM: AT}))
    cursor.save(saved)
    assert Cursor(tmp_path / "cursors", "processor").load() == saved
    assert [path.name for path in (tmp_path / "cursors").iterdir()] == ["processor.cursor"]


def test_a_damaged_checkpoint_is_never_believed(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path, "processor")
    cursor.save(Checkpoint({STREAM: AT}))
    path = tmp_path / "processor.cursor"
    content = bytearray(path.read_bytes())
    for at in range(len(content)):
        content[at] ^= 2
        path.write_bytes(content)
        with pytest.raises(JournalDamaged):
            cursor.load()
        content[at] ^= 2
    path.write_bytes(content[:-1])
    with pytest.raises(JournalDamaged):
        cursor.load()


def test_a_checkpoint_bounds_what_is_read_again(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursors", "processor")
    with JournalWriter(tmp_path, STREAM, NO_RESERVE) as writer, JournalReader(tmp_path) as reader:
        append(writer, frames(3))
        writer.commit()
        cursor.save(Checkpoint({STREAM: reader.read(None, STREAM).next}))
        append(writer, frames(2, seed=5))
        writer.commit()
        again = reader.read(cursor.load().positions[STREAM], STREAM)
    assert [again.payload(index) for index in range(len(again))] == frames(2, seed=5)
