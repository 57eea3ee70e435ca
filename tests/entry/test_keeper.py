"""The keeper's rounds: what fails is told and passed over, what somebody still needs stays."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from tests.telemetry.archive.scene import damage, sealed_file, sealed_stream

from voltward.base.settings import Settings
from voltward.entry.processes import keeper
from voltward.entry.processes.keeper import Rounds
from voltward.journal.errors import JournalDamaged
from voltward.journal.holds import Hold, Holds
from voltward.journal.keeper import Keeper
from voltward.journal.position import Position
from voltward.telemetry.archive.layout import manifest_path
from voltward.telemetry.ingest import state as states

STREAM = "gateway-0"


class Scene:
    """Two sealed segments, stored by the processor; all is old enough to go."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.journal = data / "journal"
        sealed_stream(data)
        (data / "processor").mkdir()
        self.stored(Position(STREAM, 2, 9000))
        self.rounds = Rounds(Settings(data=data, journal_keep_days=1e-12))

    def stored(self, reached: Position) -> None:
        states.save(
            self.data / "processor" / "main.state", states.State(checkpoint={STREAM: reached})
        )

    def keep(self) -> list[dict[str, object]]:
        """One round; what it told."""
        with capture_logs() as told:
            self.rounds.keep(Event())
        return [dict(line) for line in told]

    def left(self) -> list[int]:
        return sorted(int(path.stem) for path in self.journal.glob(f"{STREAM}/*.sealed"))

    def reasons(self) -> set[str]:
        return self.rounds.stays[STREAM]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    keeper.DISK_FREE.set(0)
    return Scene(tmp_path)


def figure(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value


def test_what_is_archived_and_old_goes_in_the_next_round(scene: Scene) -> None:
    scene.keep()
    assert scene.left() == [0, 1]
    scene.keep()
    assert scene.left() == []


def test_nothing_expires_while_a_rebuild_reads_the_journal(scene: Scene) -> None:
    scene.keep()
    rebuild = scene.rounds.processor.rebuild_file
    rebuild.write_text(json.dumps({"generation": 2, "done": []}))
    told = scene.keep()
    assert scene.left() == [0, 1]
    assert [line["event"] for line in told] == ["segments stay"]
    assert scene.keep() == []  # told once
    rebuild.unlink()
    scene.keep()
    assert scene.left() == []


def test_nothing_expires_that_the_processor_has_not_read(scene: Scene) -> None:
    scene.keep()
    scene.stored(Position(STREAM, 1, 9000))  # gone back, as after a restore
    scene.keep()
    assert scene.left() == [1]
    assert scene.reasons() == {"processor main has not read it"}
    (scene.data / "processor" / "main.state").write_bytes(b"")
    scene.keep()
    assert scene.left() == [1]


def test_a_hold_that_cannot_be_read_is_told(scene: Scene) -> None:
    scene.keep()
    Holds(scene.journal).place(Hold("case-7", "recall"))
    (scene.journal / "holds" / "case-7.json").write_text('{"streams": "gateway-0"}')
    told = scene.keep()
    assert scene.left() == [0, 1]
    assert "this hold cannot be read, so it holds everything" in str(told)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda scene: damage(sealed_file(scene.data, 0)),
        lambda scene: (scene.data / "processor" / "main.state").write_bytes(b"x"),
        lambda scene: manifest_path(scene.data / "archive", STREAM, 0).write_bytes(b"{"),
    ],
    ids=["a segment", "a state", "a manifest"],
)
def test_a_damaged_file_ends_no_round_before_the_disk_is_looked_at(scene: Scene, spoil) -> None:
    manifest_path(scene.data / "archive", STREAM, 0).parent.mkdir(parents=True)
    spoil(scene)
    scene.keep()
    keeper.DISK_FREE.set(0)
    scene.keep()
    assert figure("voltward_disk_free_bytes") > 0


def test_a_segment_that_cannot_be_archived_is_in_the_log_and_in_the_figures(scene: Scene) -> None:
    damage(sealed_file(scene.data, 0))
    faults = figure("voltward_keeper_faults_total")
    (line,) = [line for line in scene.keep() if line["event"] == "archive"]
    assert (line["of"], line["log_level"]) == ("gateway-0/0", "error")
    assert figure("voltward_keeper_faults_total") == faults + 1
    assert figure("voltward_keeper_troubled_segments") == 1
    assert [line for line in scene.keep() if line["event"] == "archive"] == []
    assert scene.left() == [0]  # the other one was archived, and has gone


def test_a_stream_that_cannot_be_kept_holds_up_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_stream(scene.data, "another-0")
    keep = Keeper.keep

    def failing(self: Keeper, *arguments: object) -> object:
        if self._stream == "another-0":
            raise JournalDamaged("no")
        return keep(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Keeper, "keep", failing)
    told = scene.keep()
    assert [line["of"] for line in told if line["event"] == "round"] == ["another-0"]
    scene.keep()
    assert scene.left() == []
