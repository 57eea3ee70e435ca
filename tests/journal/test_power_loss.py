"""R2: power goes at any moment, also while recovering; nothing answered or shown is lost.

A failure prints its seed; ``Simulation(seed).run()`` plays it again.
"""

import random
from collections.abc import Callable

import pytest
from tests.journal import broken_builds as broken
from tests.journal.building import NO_RESERVE, STREAM, append, figures, frames, read_all
from tests.journal.simdisk import PowerLoss, SimDisk
from tests.journal.simulation import BrokenPromise, Build, Simulation

from voltward.journal import recovery
from voltward.journal.errors import JournalBroken
from voltward.journal.files import Files
from voltward.journal.writer import JournalWriter

FOLDER = "/journal"


def caught_at(build: Build, seeds: int) -> int | None:
    """The first seed whose promises the build breaks."""
    for seed in range(seeds):
        try:
            Simulation(seed, build).run()
        except BrokenPromise:
            return seed
    return None


@pytest.mark.parametrize(
    ("first", "count"),
    [
        (0, 350),
        pytest.param(1_000, 10_000, marks=pytest.mark.t2),
        pytest.param(100_000, 100_000, marks=pytest.mark.t3),
    ],
)
def test_no_seed_loses_what_was_answered_or_shown(first: int, count: int) -> None:
    sent = answered = shown = lives = 0
    for seed in range(first, first + count):
        simulation = Simulation(seed)
        simulation.run()
        sent += len(simulation.ledger.sent)
        answered += len(simulation.ledger.answered)
        shown += len(simulation.ledger.shown)
        lives += simulation.lives
    figures(f"R2: {count} seeds, {lives} lives, {sent} sent, {answered} answered, 0 lost")
    assert answered > count
    assert shown > count


@pytest.mark.parametrize(
    "files",
    [
        broken.AnswersAfterWrite,
        broken.ForgetsFolders,
        broken.ForgetsTheFolderAbove,
        broken.ForgetsWholeFileSyncs,
        broken.SwallowsSyncErrors,
        broken.RetriesSyncs,
        broken.SwallowsWriteErrors,
    ],
)
def test_a_build_that_misuses_the_disk_is_caught(files: Callable[[SimDisk], Files]) -> None:
    assert caught_at(Build(files=files), 400) is not None


def test_a_build_that_shows_records_before_they_are_durable_is_caught() -> None:
    assert caught_at(Build(writer=broken.PublishesFirst), 400) is not None


def test_a_recovery_that_trusts_clean_looking_pages_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def only_cut(files: Files, path: str, header: object, promised: int, end: int) -> None:
        handle = files.open(path, write=True)
        files.truncate(handle, end)
        files.sync(handle)
        files.close(handle)

    monkeypatch.setattr(recovery, "_make_durable", only_cut)
    assert caught_at(Build(), 1_500) is not None


@pytest.mark.parametrize("seed", range(12))
def test_recovery_may_be_interrupted_at_every_step(seed: int) -> None:
    """The power goes at each call of recovery in turn, from the same torn stream."""
    answered = frames(30, seed)
    at = 0
    while True:
        disk = SimDisk(random.Random(seed))
        writer = JournalWriter(FOLDER, STREAM, NO_RESERVE, disk)
        append(writer, answered)
        writer.commit()
        disk.fail = lambda kind, _number: 5 if kind == "sync" else 0
        append(writer, frames(10, seed + 1))
        with pytest.raises(JournalBroken):
            writer.commit()
        disk.fail = lambda _kind, _number: 0
        disk.lose_power()
        disk.power_lost_at = disk.steps + at
        interrupted = False
        try:
            JournalWriter(FOLDER, STREAM, NO_RESERVE, disk).close()
        except PowerLoss:
            interrupted = True
            disk.lose_power()
        disk.power_lost_at = None
        JournalWriter(FOLDER, STREAM, NO_RESERVE, disk).close()
        stored = list(read_all(FOLDER, disk).values())
        assert stored[: len(answered)] == answered
        if not interrupted:
            break
        at += 1
    assert at > 20
