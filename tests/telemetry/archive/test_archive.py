"""Sealed segments come into the archive whole, and out of it as they were."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.telemetry.ingest.scene import (
    EVENT,
    KEY,
    NOISE,
    NOON,
    Journal,
    report,
    vin,
)

from voltward.base.clock import ManualClock
from voltward.base.vehicle_id import vehicle_id
from voltward.journal.errors import KeyMissing
from voltward.journal.expiry import read_proof
from voltward.journal.files import OsFiles
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.journal.sealing import seal_segment
from voltward.telemetry.archive import write
from voltward.telemetry.archive.digest import Digest
from voltward.telemetry.archive.layout import manifests
from voltward.telemetry.archive.parquet import ArchiveDamaged
from voltward.telemetry.archive.read import archived_records, segment_digest
from voltward.telemetry.archive.run import archive_is_whole, archive_sealed
from voltward.telemetry.archive.write import ArchiveConfig, segment_records
from voltward.telemetry.raw import RawFrames, RawPlaces, frames_of

KEYS = KeyRing.of(bytes(range(32, 64)))
NOON_AT = datetime.fromtimestamp(NOON, UTC)
DAY_NS = 86_400 * 1_000_000_000


def _config(folder, keys=KeyRing()):
    return ArchiveConfig(folder / "journal", folder / "archive", KEY, keys)


def _places(folder, keys=KeyRing()):
    return RawPlaces(folder / "journal", folder / "archive", KEY, keys)


def _sealed(folder, keys=KeyRing(), seed=1, count=400):
    """A journal with one sealed segment of frames, noise and events, and a live one."""
    chance = random.Random(seed)
    journal = Journal(folder / "journal")
    frames = [report(vin(chance.randrange(9)), NOON + n, n) for n in range(count)]
    journal.put(frames[: count // 2])
    journal.put([b"\x02" + chance.randbytes(30)], NOISE)
    journal.put([b'{"event":"login"}'], EVENT)
    journal.at_ns += 20 * DAY_NS  # into another month
    journal.put(frames[count // 2 :])
    journal.writer.seal()
    journal.put([report(vin(1), NOON + 5000)])
    journal.close()
    stream = str(folder / "journal" / "gateway-0")
    assert seal_segment(OsFiles(), stream, 0, keys, journal.at_ns) is not None
    return frames


def _digest_of_segment(folder, keys=KeyRing()):
    digest = Digest()
    with JournalReader(folder / "journal", keys=keys) as reader:
        for records in segment_records(reader, "gateway-0", 0):
            digest.add(records)
    return digest


def _forgotten(folder):
    """The journal after the segment has expired."""
    for path in (folder / "journal" / "gateway-0").glob("000000000000.*"):
        path.unlink()


@pytest.mark.parametrize("keys", [KeyRing(), KEYS], ids=["plain", "encrypted"])
def test_every_record_of_a_segment_is_in_the_archive(tmp_path, keys):
    _sealed(tmp_path, keys)
    (manifest,) = archive_sealed(_config(tmp_path, keys), None, clock=ManualClock())
    digest = _digest_of_segment(tmp_path, keys)
    assert (manifest.records, manifest.frames, manifest.rows) == (402, 400, 400)
    assert segment_digest(tmp_path / "archive", manifest, keys).text() == digest.text()
    assert [file.month for file in manifest.raw] == ["2026-03", "2026-04"]


def test_the_fingerprint_is_of_the_content_not_of_the_batches(tmp_path):
    _sealed(tmp_path)
    whole = _digest_of_segment(tmp_path)
    pieces = Digest()
    with JournalReader(tmp_path / "journal") as reader:
        at = reader.start("gateway-0")
        while at.segment == 0:
            records = reader.read(at, "gateway-0", 500)
            if records.next.segment == 0 and int(records.positions[0]) >> 34 == 0:
                pieces.add(records)
            if records.next == at:
                break
            at = records.next
            if pieces.records == whole.records:
                break
    assert pieces.text() == whole.text()


def test_only_a_verified_segment_is_proved(tmp_path):
    _sealed(tmp_path)
    config = _config(tmp_path)
    archive_sealed(config, None)
    proof = read_proof(OsFiles(), str(config.journal), "gateway-0", 0)
    assert proof is not None
    assert archive_is_whole(config.folder, proof)
    assert archive_sealed(config, None) == []  # nothing is done twice
    file = config.folder / proof.files[0][0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert not archive_is_whole(config.folder, proof)


def test_a_segment_waits_until_the_store_has_it(tmp_path):
    _sealed(tmp_path)
    (tmp_path / "processor").mkdir()
    assert archive_sealed(_config(tmp_path), tmp_path / "processor") == []


def test_a_build_that_changes_one_value_on_the_way_is_caught(tmp_path, monkeypatch):
    whole = write.raw_table

    def broken(records, vehicles):
        table = whole(records, vehicles)
        links = table["link"].to_pylist()
        return table.set_column(4, "link", pa.array([links[0] ^ 1, *links[1:]], pa.uint32()))

    monkeypatch.setattr(write, "raw_table", broken)
    _sealed(tmp_path)
    with pytest.raises(ArchiveDamaged, match="read back 402 records"):
        archive_sealed(_config(tmp_path), None)
    assert read_proof(OsFiles(), str(tmp_path / "journal"), "gateway-0", 0) is None
    assert list(manifests(tmp_path / "archive")) == []


def test_a_damaged_archive_is_written_anew_from_the_journal(tmp_path):
    _sealed(tmp_path)
    config = _config(tmp_path)
    (manifest,) = archive_sealed(config, None)
    (config.folder / manifest.raw[0].path).unlink()
    next((config.journal / "gateway-0").glob("*.archived")).unlink()
    (again,) = archive_sealed(config, None)
    assert again.digest == manifest.digest
    assert segment_digest(config.folder, again, KeyRing()).text() == manifest.digest


def test_decoded_rows_hold_no_vin_and_say_their_schema(tmp_path):
    _sealed(tmp_path)
    (manifest,) = archive_sealed(_config(tmp_path), None)
    for file in manifest.decoded:
        path = tmp_path / "archive" / file.path
        assert b"LTESTVEH" not in path.read_bytes()
        found = pq.read_table(path, partitioning=None)
        assert "vin" not in found.column_names
        assert found.schema.metadata[b"schema"] == b"voltward.rows/1"
    assert sum(file.records for file in manifest.decoded) == 400


def test_encrypted_raw_files_tell_nothing_without_the_key(tmp_path):
    _sealed(tmp_path, KEYS)
    (manifest,) = archive_sealed(_config(tmp_path, KEYS), None)
    for file in manifest.raw:
        assert b"LTESTVEH" not in (tmp_path / "archive" / file.path).read_bytes()
    with pytest.raises(KeyMissing):
        list(archived_records(tmp_path / "archive", manifest, KeyRing()))


@pytest.mark.parametrize("keys", [KeyRing(), KEYS], ids=["plain", "encrypted"])
def test_frames_of_a_vehicle_are_the_same_from_journal_and_archive(tmp_path, keys):
    frames = _sealed(tmp_path, keys)
    places = _places(tmp_path, keys)
    span = NOON_AT - timedelta(days=1), NOON_AT + timedelta(days=40)
    from_journal = frames_of(places, vin(1), *span)
    archive_sealed(_config(tmp_path, keys), None)
    _forgotten(tmp_path)
    from_archive = frames_of(places, vin(1), *span)
    mine = [frame for frame in frames if vin(1).encode() in frame]
    assert [found.frame for found in from_archive] == [*mine, report(vin(1), NOON + 5000)]
    assert from_archive == from_journal
    assert frames_of(places, vehicle_id(vin(1), KEY), *span) == from_journal
    assert frames_of(places, "LTESTVEH0GB999999", *span) == []


def test_a_time_span_and_a_limit_choose_the_newest_frames(tmp_path):
    _sealed(tmp_path)
    places = _places(tmp_path)
    early = NOON_AT, NOON_AT + timedelta(days=1)
    found = frames_of(places, vin(1), *early)
    assert 0 < len(found) < 40
    assert all(early[0] <= frame.received_at < early[1] for frame in found)
    assert frames_of(places, vin(1), *early, limit=3) == found[-3:]


def test_a_row_leads_to_its_frame_before_and_after_expiry(tmp_path):
    _sealed(tmp_path)
    source = RawFrames(_places(tmp_path))
    frame = source.of(vin(2), NOON_AT, NOON_AT + timedelta(days=1))[4]
    assert source.at(str(frame.position)) == frame
    archive_sealed(_config(tmp_path), None)
    _forgotten(tmp_path)
    source.close()
    source = RawFrames(_places(tmp_path))
    assert source.at(frame.position) == frame
    assert source.of_row(0, frame.position.number) == frame
    assert source.of_row(0, frame.position.number + 1) is None
    source.close()


def test_manifests_list_what_is_archived(tmp_path):
    _sealed(tmp_path)
    archive_sealed(_config(tmp_path), None)
    (manifest,) = manifests(tmp_path / "archive")
    assert manifest.name == "gateway-0/000000000000"
