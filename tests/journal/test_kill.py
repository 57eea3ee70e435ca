"""R1: a writer process is killed with SIGKILL under load, again and again; and R2 on real files:

after the kill each file is cut back to what was synced, or to anything beyond that.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.journal.building import figures
from tests.journal.writer_process import STREAM, payload

from voltward.journal.keeper import Keeper
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader

SCRIPT = Path(__file__).with_name("writer_process.py")
SEGMENT_BYTES = 300_000


@dataclass
class Ward:
    """Starts writers and kills them; remembers what they answered and what they synced."""

    process: subprocess.Popen[str]
    folder: Path
    chance: random.Random
    acked: dict[int, int] = field(default_factory=dict)
    synced: dict[str, int] = field(default_factory=dict)
    open_s: list[float] = field(default_factory=list)
    shown: dict[int, bytes] = field(default_factory=dict)
    shown_to: Position | None = None

    def kill_one(self, cycle: int, build: str = "sound") -> None:
        """Let a writer of the cycle answer a while, then kill it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{build} {cycle}\n")
        self.process.stdin.flush()
        answers = self.chance.randrange(1, 50)
        pid = 0
        for words in self._lines():
            match words:
                case ["pid", number]:
                    pid = int(number)
                case ["open", seconds]:
                    self.open_s.append(float(seconds))
                case ["synced", path, length]:
                    self.synced[path] = int(length)
                case ["acked", number, count]:
                    self.acked[int(number)] = int(count)
                    answers -= 1
                    if answers % 10 == 0:
                        self.follow()
                case ["gone"]:
                    return
            if answers <= 0 and pid:
                os.kill(pid, signal.SIGKILL)
                pid = 0

    def follow(self) -> None:
        """Read what is new while the writer is at work; what is shown must stay for ever."""
        with JournalReader(self.folder) as reader:
            records = reader.read(self.shown_to, STREAM)
        for index in range(len(records)):
            self.shown[int(records.positions[index])] = records.payload(index)
        self.shown_to = records.next

    def _lines(self) -> Iterator[list[str]]:
        assert self.process.stdout is not None
        while True:
            line = self.process.stdout.readline()
            assert line, "the writer's parent has died"
            yield line.split()

    def cut_to_what_was_synced(self) -> None:
        """Of what was not synced, chance leaves nothing, a part, or zeros in its place."""
        for path in (self.folder / STREAM).glob("*.log"):
            synced, size = self.synced.get(str(path), 0), path.stat().st_size
            keep = self.chance.choice((synced, size, self.chance.randint(min(synced, size), size)))
            with path.open("r+b") as file:
                file.truncate(keep)
                if keep > synced and self.chance.random() < 0.5:
                    file.seek(self.chance.randint(synced, keep))
                    file.write(bytes(min(512, keep - file.tell())))

    def wrongs(self) -> tuple[int, int, int]:
        """Answered records that are gone; stored ones that nobody sent; shown ones that vanished."""
        stored: set[tuple[int, int]] = set()
        places: dict[int, bytes] = {}
        phantoms = 0
        with JournalReader(self.folder) as reader:
            position = None
            while True:
                records = reader.read(position, STREAM)
                for index in range(len(records)):
                    content = records.payload(index)
                    name = (int(content[:6]), int(content[7:15]))
                    phantoms += content != payload(*name) or name in stored
                    stored.add(name)
                    places[int(records.positions[index])] = content
                if records.next == position:
                    break
                position = records.next
        vanished = len(self.shown.items() - places.items())
        answered = {(c, n) for c, count in self.acked.items() for n in range(count)}
        return len(answered - stored), phantoms, vanished

    def report(self, name: str, kills: int) -> None:
        answered = sum(self.acked.values())
        worst = max(self.open_s)
        figures(
            f"{name}: {kills} kills, {answered} answered, 0 lost, 0 phantom, {len(self.shown)} shown, 0 vanished; "
            f"slowest restart to accepting {worst:.3f} s"
        )


@contextmanager
def ward(folder: Path, seed: int) -> Iterator[Ward]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), str(SEGMENT_BYTES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Ward(process, folder, random.Random(seed))
    finally:
        process.communicate()


def tiers(t1: int, t2: int, t3: int) -> list[object]:
    return [t1, pytest.param(t2, marks=pytest.mark.t2), pytest.param(t3, marks=pytest.mark.t3)]


@pytest.mark.parametrize("kills", tiers(10, 100, 1_000))
def test_a_killed_writer_loses_nothing_that_it_answered(tmp_path: Path, kills: int) -> None:
    with ward(tmp_path, seed=1) as ours:
        for cycle in range(kills):
            ours.kill_one(cycle)
            if cycle % 5 == 4:
                Keeper(tmp_path, STREAM).keep()
            if cycle % 10 == 9 or cycle == kills - 1:
                assert ours.wrongs() == (0, 0, 0)
        ours.report("R1", kills)


def test_a_build_that_answers_before_the_write_is_caught_by_kills(tmp_path: Path) -> None:
    with ward(tmp_path, seed=2) as ours:
        lost = 0
        for cycle in range(60):
            ours.kill_one(cycle, build="hasty")
            lost, _, _ = ours.wrongs()
            if lost:
                break
    assert lost > 0


@pytest.mark.parametrize("kills", tiers(8, 200, 1_000))
def test_a_cut_back_to_the_last_sync_loses_nothing_that_was_answered(
    tmp_path: Path, kills: int
) -> None:
    with ward(tmp_path, seed=3) as ours:
        for cycle in range(kills):
            ours.kill_one(cycle, build="reporting")
            ours.cut_to_what_was_synced()
        ours.kill_one(kills, build="reporting")
        assert ours.wrongs() == (0, 0, 0)
        ours.report("R2 on real files", kills)


def test_a_build_that_answers_without_syncing_is_caught_by_the_cut(tmp_path: Path) -> None:
    with ward(tmp_path, seed=4) as ours:
        lost = 0
        for cycle in range(20):
            ours.kill_one(cycle, build="lazy")
            ours.cut_to_what_was_synced()
            lost, _, _ = ours.wrongs()
            if lost:
                break
    assert lost > 0
