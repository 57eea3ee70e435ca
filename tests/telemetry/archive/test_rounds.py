"""One segment that cannot be archived holds up no other, and is not tried again every round (R3)."""

import errno
from pathlib import Path

import pytest
from tests.journal.expiring import empty_segment_sealed
from tests.telemetry.archive.scene import config_in, damage, sealed_file, sealed_stream

from voltward.base.clock import ManualClock
from voltward.journal.expiry import read_proof
from voltward.journal.files import OsFiles
from voltward.journal.position import Position
from voltward.telemetry.archive import run
from voltward.telemetry.archive.errors import ArchiveDamaged
from voltward.telemetry.archive.run import Archiver, archive_sealed, checkpoints, followers
from voltward.telemetry.archive.troubles import LONGEST_REST_S, REST_S, Troubles
from voltward.telemetry.ingest import state as states


class Scene:
    """Two streams of two sealed segments each; block 0 of the very first segment is damaged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        for stream in ("gateway-0", "gateway-1"):
            sealed_stream(folder, stream)
        self.bad = sealed_file(folder, 0)
        self.sound = damage(self.bad)
        self.archiver = self.started()

    def started(self) -> Archiver:
        return Archiver(config_in(self.folder), None, self.clock)

    def proved(self) -> list[str]:
        found = (self.folder / "journal").glob("*/*.archived")
        return sorted(f"{path.parent.name}/{int(path.stem)}" for path in found)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


OTHERS = ["gateway-0/1", "gateway-1/0", "gateway-1/1"]


def test_a_damaged_segment_holds_up_no_other_and_is_reported(scene: Scene) -> None:
    found = scene.archiver.round()
    assert scene.proved() == OTHERS
    assert [manifest.name for manifest in found.done] == [
        "gateway-0/000000000001",
        "gateway-1/000000000000",
        "gateway-1/000000000001",
    ]
    ((name, error),) = [(fault.name, fault.error) for fault in found.faults]
    assert name == "gateway-0/0"
    assert isinstance(error, ArchiveDamaged)
    assert "records archived, its header tells 50" in str(error)
    assert len(scene.archiver.troubles) == 1


def test_a_damaged_segment_rests_ever_longer_between_two_tries(scene: Scene) -> None:
    scene.archiver.round()
    waits_s, waited_s = [], 0.0
    while len(waits_s) < 8:
        scene.clock.advance(10.0)
        waited_s += 10.0
        if scene.archiver.round().faults:
            waits_s.append(waited_s)
            waited_s = 0.0
    assert waits_s[:3] == [REST_S, 2 * REST_S, 4 * REST_S]
    assert waits_s[-1] == LONGEST_REST_S


def test_a_build_that_tries_every_round_is_caught(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Troubles, "rests", lambda self, path: False)
    scene.archiver.round()
    assert scene.archiver.round().faults  # at once: what the test above must never see


def test_a_segment_that_was_put_back_is_archived_at_once(scene: Scene) -> None:
    scene.archiver.round()
    scene.bad.write_bytes(scene.sound)
    (manifest,) = scene.archiver.round().done
    assert (manifest.records, scene.proved()) == (50, sorted([*OTHERS, "gateway-0/0"]))
    assert scene.archiver.round() == run.Archived()
    assert len(scene.archiver.troubles) == 0


def test_a_restart_tries_again(scene: Scene) -> None:
    scene.archiver.round()
    assert scene.archiver.round().faults == []
    assert len(scene.started().round().faults) == 1


def test_a_segment_whose_header_is_lost_holds_up_no_other(scene: Scene) -> None:
    scene.bad.write_bytes(bytes(8192) + scene.sound[8192:])
    (fault,) = scene.archiver.round().faults
    assert "header cannot be read" in str(fault.error)
    assert scene.proved() == OTHERS


def test_a_full_disk_ends_the_round_and_blames_no_segment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(run, "archive_segment", full)
        assert len(scene.archiver.round().faults) == 1
    assert len(scene.archiver.troubles) == 0
    scene.archiver.round()  # there is space again: at once
    assert scene.proved() == OTHERS


def test_a_single_round_raises_its_fault_after_all_else_is_done(scene: Scene) -> None:
    with pytest.raises(ArchiveDamaged, match="header tells 50"):
        archive_sealed(config_in(scene.folder), None)
    assert scene.proved() == OTHERS


def test_a_state_that_cannot_be_read_tells_of_its_own_streams_only(tmp_path: Path) -> None:
    for stream in ("gateway-0", "gateway-1"):
        sealed_stream(tmp_path, stream)
    processors = tmp_path / "processor"
    processors.mkdir()
    behind = states.State(checkpoint={"gateway-1": Position("gateway-1", 2, 8192)})
    states.save(processors / "b.state", behind)
    (processors / "a.state").write_bytes(b"")  # after a power cut
    found = Archiver(config_in(tmp_path), processors).round()
    assert [fault.name for fault in found.faults] == ["a.state"]
    assert {manifest.stream for manifest in found.done} == {"gateway-1"}
    with pytest.raises(states.StateDamaged):
        checkpoints(processors)


def test_followers_are_the_processors_that_know_the_stream(tmp_path: Path) -> None:
    assert followers(tmp_path, "gateway-0") == {"the processor": None}
    at = Position("gateway-0", 3, 9000)
    states.save(tmp_path / "main.state", states.State(checkpoint={"gateway-0": at}))
    assert followers(tmp_path, "gateway-0") == {"processor main": at}
    assert followers(tmp_path, "gateway-1") == {"the processor": None}
    (tmp_path / "other.state").write_bytes(b"x")
    assert followers(tmp_path, "gateway-0") == {"processor main": at, "processor other": None}


def test_a_segment_without_records_is_proved_without_files(tmp_path: Path) -> None:
    empty_segment_sealed(tmp_path / "journal")
    (manifest,) = archive_sealed(config_in(tmp_path), None)
    proof = read_proof(OsFiles(), str(tmp_path / "journal"), "gateway-0", 0)
    assert proof is not None
    assert (manifest.records, proof.records, proof.files) == (0, 0, ())
    assert run.archive_is_whole(tmp_path / "archive", proof)
