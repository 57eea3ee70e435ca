"""A damaged manifest is named, costs nobody more than what it told of, and is written anew (R3)."""

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.telemetry.archive.scene import (
    EVER,
    FRAMES,
    config_in,
    expired,
    places_in,
    sealed_stream,
)
from tests.telemetry.ingest.scene import vin

from voltward.journal.expiry import read_proof
from voltward.journal.files import OsFiles
from voltward.telemetry.archive import write
from voltward.telemetry.archive.errors import ManifestDamaged
from voltward.telemetry.archive.layout import manifest_path, manifests, read_manifest
from voltward.telemetry.archive.run import archive_is_whole, archive_sealed
from voltward.telemetry.raw import RawFrames, frames_of

WRONG = {
    "nothing, after a power cut": lambda sound: b"",
    "cut short": lambda sound: sound[: len(sound) // 2],
    "no text": lambda sound: b"\xff" * len(sound),
    "a list": lambda sound: b"[]",
    "a field missing": lambda sound: sound.replace(b'"digest"', b'"digesd"'),
    "text for a number": lambda sound: sound.replace(b'"records": 50', b'"records": "50"'),
    "a file without its path": lambda sound: sound.replace(b'"path"', b'"paht"'),
    "of another segment": lambda sound: sound.replace(b'"segment": 0', b'"segment": 7'),
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two segments, archived; the first one's manifest is about to be damaged."""
    sealed_stream(tmp_path)
    archive_sealed(config_in(tmp_path), None)
    return tmp_path / "archive"


def spoil(archive: Path, content: bytes = b"{", segment: int = 0) -> None:
    manifest_path(archive, "gateway-0", segment).write_bytes(content)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_manifest_that_is_none_is_named(archive: Path, wrong) -> None:
    path = manifest_path(archive, "gateway-0", 0)
    sound = path.read_bytes()
    assert wrong(sound) != sound
    spoil(archive, wrong(sound))
    with pytest.raises(ManifestDamaged, match=f"^{path}: .*found"):
        read_manifest(archive, "gateway-0", 0)
    with pytest.raises(ManifestDamaged):
        list(manifests(archive))


def test_a_manifest_is_read_back_as_it_was_written(archive: Path) -> None:
    (first, second) = manifests(archive)
    assert read_manifest(archive, "gateway-0", 0) == first
    assert json.loads(manifest_path(archive, "gateway-0", 0).read_bytes())["rows"] == first.rows
    assert (first.segment, second.segment) == (0, 1)
    assert read_manifest(archive, "gateway-0", 2) is None


def test_a_manifest_is_skipped_loudly_where_nothing_is_lost_without_it(archive: Path) -> None:
    spoil(archive)
    with capture_logs() as told:
        found = list(manifests(archive, lambda *place: place == ("gateway-0", 0)))
    assert [manifest.segment for manifest in found] == [1]
    ((error, level),) = [(line["error"], line["log_level"]) for line in told]
    assert level == "error"
    assert str(manifest_path(archive, "gateway-0", 0)) in error


def test_frames_are_found_while_the_journal_has_what_the_manifest_told_of(
    tmp_path: Path, archive: Path
) -> None:
    spoil(archive)
    expired(tmp_path, 1)
    assert len(frames_of(places_in(tmp_path), vin(1), *EVER)) == 2 * FRAMES + 1


def test_frames_of_other_months_are_found_without_the_manifest(
    tmp_path: Path, archive: Path
) -> None:
    spoil(archive)
    expired(tmp_path, 0)
    source = RawFrames(places_in(tmp_path))
    later = [at.replace(month=5) for at in EVER]
    assert source.of(vin(1), *later) == []
    with pytest.raises(ManifestDamaged):  # here content is missing, and nobody is told otherwise
        source.of(vin(1), *EVER)
    proof = tmp_path / "journal" / "gateway-0" / "000000000000.archived"
    proof.unlink()  # now nothing says what the segment held
    with pytest.raises(ManifestDamaged):
        source.of(vin(1), *later)
    source.close()


def test_one_frame_is_found_whatever_other_manifests_look_like(
    tmp_path: Path, archive: Path
) -> None:
    source = RawFrames(places_in(tmp_path))
    frame = source.of(vin(1), *EVER)[FRAMES]
    source.close()
    assert frame.position.segment == 1
    spoil(archive)
    expired(tmp_path, 1)
    source = RawFrames(places_in(tmp_path))
    assert source.at(frame.position) == frame
    source.close()


@pytest.mark.parametrize("content", [b"{", None], ids=["damaged", "gone"])
def test_no_segment_expires_whose_manifest_leads_nowhere(
    archive: Path, content: bytes | None
) -> None:
    proof = read_proof(OsFiles(), str(archive.parent / "journal"), "gateway-0", 0)
    assert proof is not None
    assert archive_is_whole(archive, proof)
    if content is None:
        manifest_path(archive, "gateway-0", 0).unlink()
    else:
        spoil(archive, content)
    assert not archive_is_whole(archive, proof)


def test_a_damaged_manifest_is_written_anew_from_the_journal(tmp_path: Path, archive: Path) -> None:
    sound = read_manifest(archive, "gateway-0", 0)
    assert sound is not None
    spoil(archive)
    (tmp_path / "journal" / "gateway-0" / "000000000000.archived").unlink()
    (again,) = archive_sealed(config_in(tmp_path), None)
    assert (again.digest, again.records) == (sound.digest, sound.records)
    assert read_manifest(archive, "gateway-0", 0) == again


def test_every_folder_on_the_way_is_on_disk_before_the_manifest_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_stream(tmp_path, segments=1)
    synced: set[Path] = set()
    written: list[Path] = []
    replaced = write.replace_durably

    def replace_durably(path: Path, content: bytes) -> None:
        written.append(path)
        missing = {tmp_path, *_folders(tmp_path / "archive")} - synced - {path.parent}
        assert missing == set()
        replaced(path, content)

    monkeypatch.setattr(write, "sync_folder", synced.add)
    monkeypatch.setattr(write, "replace_durably", replace_durably)
    archive_sealed(config_in(tmp_path), None)
    assert len(written) == 1


def _folders(top: Path) -> list[Path]:
    return [top, *(path for path in top.rglob("*") if path.is_dir())]
