"""kill -9 at any point of a plan's life loses no row and doubles none."""

import random
import signal

import pytest
from tests.telemetry.ingest.crashing import ROWS, Fuse, FusedSink, process, work
from tests.telemetry.ingest.scene import (
    NOON,
    Journal,
    Patience,
    Store,
    config_in,
    physical_rows,
    report,
    vin,
)

from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.sink import StoreSink

FRAMES = 3 * ROWS
# Points of a run over three plans: two around each insert and each of four saves.
POINTS = range(1, 15)


class Killed(BaseException):
    """The end of the process, as far as its memory is concerned."""


def _kill():
    raise Killed


def _filled(journal: Journal) -> None:
    journal.put([report(vin(n % 7), NOON + n, speed_raw=n) for n in range(FRAMES)])


def _kept(connect_store) -> tuple[int, int]:
    """Rows on disk and rows in the view."""
    client = connect_store()
    return physical_rows(client), int(client.command("SELECT count() FROM rows"))


def _killed_then_finished(folder, connect_store, build, point) -> bool:
    """False when the run ended before the fuse blew."""
    blown = False
    try:
        work(folder, FusedSink(connect_store), build, Fuse(point, _kill))
    except Killed:
        blown = True
    work(folder, FusedSink(connect_store), build, Fuse(0, _kill))
    return blown


@pytest.mark.parametrize(
    "point",
    # The second plan tells as much as the third; the rest is for the night.
    [p if p in (2, 3, 4, 5, 6) else pytest.param(p, marks=pytest.mark.t2) for p in POINTS],
)
def test_a_kill_at_any_point_loses_and_doubles_nothing(tmp_path, journal, connect_store, point):
    _filled(journal)
    assert _killed_then_finished(tmp_path, connect_store, "whole", point)
    assert _kept(connect_store) == (FRAMES, FRAMES)


def test_the_points_are_all_points_of_a_run(tmp_path, journal, connect_store):
    _filled(journal)
    assert not _killed_then_finished(tmp_path, connect_store, "whole", POINTS[-1] + 1)


def test_a_build_that_moves_the_checkpoint_first_is_caught(tmp_path, journal, connect_store):
    _filled(journal)
    for point in (3, 5, 7):
        _killed_then_finished(tmp_path, connect_store, "checkpoint-first", point)
    assert _kept(connect_store) < (FRAMES, FRAMES)


def test_a_build_without_tokens_is_caught(tmp_path, journal, connect_store):
    _filled(journal)
    _killed_then_finished(tmp_path, connect_store, "no-token", 4)
    on_disk, seen = _kept(connect_store)
    assert on_disk > FRAMES
    assert seen == FRAMES  # the view hides it, the disk does not


def _real_kills(tmp_path, journal, store: Store, database: str, points) -> None:
    _filled(journal)
    for point in points:
        assert process(tmp_path, database, store.url, "whole", point) == -signal.SIGKILL
    assert process(tmp_path, database, store.url, "whole", 0) == 0
    assert _kept(lambda: store.client(database)) == (FRAMES, FRAMES)


def test_real_processes_may_be_killed_again_and_again(tmp_path, journal, store):
    _real_kills(tmp_path, journal, store, "real_kills", (2, 4))


@pytest.mark.t2
@pytest.mark.parametrize("seed", range(20))
def test_real_processes_may_be_killed_at_any_seeded_points(tmp_path, journal, store, seed):
    chance = random.Random(seed)
    points = [chance.randint(1, 6) for _ in range(6)]
    _real_kills(tmp_path, journal, store, f"real_kills_{seed}", points)


def _store_killed(tmp_path, journal, store: Store, kills: int, chance: random.Random) -> None:
    sink = StoreSink(lambda: store.client("killed_store"))
    at = 0
    with opened(config_in(tmp_path, rows=ROWS), sink) as processor:
        for _ in range(kills):
            size = chance.randint(1, 3 * ROWS)
            journal.put([report(vin(n % 7), NOON + n) for n in range(at, at + size)])
            at += size
            for _ in range(chance.randint(0, 2)):
                processor.step(Patience(2))
            store.kill()
            processor.step(Patience(2))
            store.start()
        processor.drain(Patience(50))
        assert processor.board.store_well
    assert _kept(lambda: store.client("killed_store")) == (at, at)


def test_the_store_may_be_killed_between_inserts(tmp_path, journal, own_store):
    _store_killed(tmp_path, journal, own_store, 2, random.Random(1))


@pytest.mark.t2
@pytest.mark.parametrize("seed", range(5))
def test_the_store_may_be_killed_often(tmp_path, journal, own_store, seed):
    _store_killed(tmp_path, journal, own_store, 10, random.Random(seed))
