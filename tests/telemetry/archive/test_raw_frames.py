"""Raw frames are found segment by segment: what has expired in the archive, the rest in the journal."""

from pathlib import Path

import pytest
from tests.telemetry.archive.scene import (
    EVER,
    FRAMES,
    config_in,
    expired,
    places_in,
    sealed_stream,
)
from tests.telemetry.ingest.scene import vin

from voltward.journal.expiry import ExpiryPolicy
from voltward.journal.holds import Hold
from voltward.journal.keeper import Keeper
from voltward.telemetry import raw
from voltward.telemetry.archive.errors import ArchiveDamaged
from voltward.telemetry.archive.layout import manifests
from voltward.telemetry.archive.run import archive_is_whole, archive_sealed
from voltward.telemetry.raw import RawFrames, frames_of


@pytest.fixture
def sent(tmp_path: Path) -> list[bytes]:
    """Frames in three segments, all archived."""
    frames = sealed_stream(tmp_path, segments=3)
    archive_sealed(config_in(tmp_path), None)
    return frames


def found(folder: Path) -> list[bytes]:
    return [frame.frame for frame in frames_of(places_in(folder), vin(1), *EVER)]


def test_frames_behind_a_segment_on_legal_hold_are_found_after_they_expired(
    tmp_path: Path, sent: list[bytes]
) -> None:
    first = next(iter(manifests(tmp_path / "archive")))
    hold = Hold("case-7", "recall", to_ns=first.last_ns + 1)
    whole = tmp_path / "archive"
    policy = ExpiryPolicy(
        1, holds=(hold,), still_there=lambda proof: archive_is_whole(whole, proof)
    )
    assert Keeper(tmp_path / "journal", "gateway-0").keep(policy).expired == [1, 2]
    assert found(tmp_path) == sent


@pytest.mark.parametrize("gone", [(), (0,), (1,), (2,), (0, 2), (0, 1, 2)])
def test_frames_are_found_once_whichever_segments_have_expired(
    tmp_path: Path, sent: list[bytes], gone: tuple[int, ...]
) -> None:
    for segment in gone:
        expired(tmp_path, segment)
    assert found(tmp_path) == sent


def test_a_segment_that_expires_during_a_search_is_found_once(
    tmp_path: Path, sent: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = RawFrames(places_in(tmp_path))
    in_journal = RawFrames._in_journal

    def slow(self: RawFrames, *arguments: object) -> list[raw.RawFrame]:
        frames = in_journal(self, *arguments)  # type: ignore[arg-type]
        expired(tmp_path, 1)
        return frames

    monkeypatch.setattr(RawFrames, "_in_journal", slow)
    assert [frame.frame for frame in source.of(vin(1), *EVER)] == sent
    source.close()


def test_a_file_whose_rows_cannot_be_read_is_named(tmp_path: Path, sent: list[bytes]) -> None:
    expired(tmp_path, 1)
    file = next((tmp_path / "archive" / "raw").rglob("*-000000000001.parquet"))
    content = bytearray(file.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    file.write_bytes(content)
    assert len(sent) == 3 * FRAMES + 1
    with pytest.raises(ArchiveDamaged, match=file.name):
        found(tmp_path)
