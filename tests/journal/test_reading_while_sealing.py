"""A reader meets the keeper at work: what is sealed between two of its looks is still read."""

from pathlib import Path

import pytest
from tests.journal.building import SMALL, START_NS, STREAM, VINS, frames, read_all, written

from voltward.journal import segments
from voltward.journal.files import OsFiles
from voltward.journal.find import Finder
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.journal.sealing import seal_segment

EVER = (0, 1 << 62)


class SealsJustBefore(OsFiles):
    """The keeper seals the second segment between a reader's look at the names and its opening."""

    def __init__(self, folder: Path) -> None:
        self.stream = f"{folder}/{STREAM}"
        self.has_sealed = False

    def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
        if path.endswith("000000000001.log") and not self.has_sealed:
            self.has_sealed = True
            seal_segment(OsFiles(), self.stream, 1, KeyRing(), START_NS)
        return super().open(path, create=create, write=write)


@pytest.fixture
def sent(tmp_path: Path) -> list[bytes]:
    payloads = frames(400)
    written(tmp_path, payloads, SMALL)
    return payloads


def test_a_reader_goes_on_when_the_next_segment_is_sealed_under_its_hands(
    tmp_path: Path, sent: list[bytes]
) -> None:
    files = SealsJustBefore(tmp_path)
    assert list(read_all(tmp_path, files).values()) == sent
    assert files.has_sealed


def test_a_search_misses_no_frame_when_the_next_segment_is_sealed_meanwhile(
    tmp_path: Path, sent: list[bytes]
) -> None:
    files = SealsJustBefore(tmp_path)
    mine = [payload for payload in sent if VINS[3] in payload]
    assert len(Finder(tmp_path, files).find(STREAM, VINS[3], *EVER)) == len(mine)
    assert files.has_sealed


def test_a_build_that_looks_at_the_names_only_once_is_caught(
    tmp_path: Path, sent: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "_TRIES", 1)
    with pytest.raises(FileNotFoundError):
        read_all(tmp_path, SealsJustBefore(tmp_path))


def test_a_reader_tells_which_segments_are_left(tmp_path: Path, sent: list[bytes]) -> None:
    (tmp_path / STREAM / "000000000001.log").unlink()
    with JournalReader(tmp_path) as reader:
        left = reader.segments(STREAM)
    assert left == sorted(left)
    assert left[:2] == [0, 2]
