"""Whatever the order of arrival, in the end the same is found (fault catalogue R20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.findings.rows import VEHICLE, incoming_of_values
from tests.findings.test_engine import VALUES

from voltward.base.clock import SystemClock
from voltward.findings.again import QUIET_S, Again, Reopened
from voltward.findings.catalogue import DETECTORS
from voltward.findings.engine import Engine
from voltward.findings.finding import (
    EVENT,
    KIND_FINDING,
    OPENED,
    REOPENED,
    Finding,
    finding_from_json,
    finding_to_json,
)
from voltward.findings.incoming import Incoming
from voltward.findings.limits import LimitBook
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest.quarantine import write_records


def episodes(findings: Iterable[Finding]) -> set[tuple[str, int]]:
    return {(f.rule, f.opened_at) for f in findings if f.kind in (OPENED, EVENT)}


def in_order(incoming: Incoming) -> list[Finding]:
    """What the store would be asked: each row once, by collection time."""
    _, first = np.unique(incoming.unit_hashes, return_index=True)
    rows = incoming.chosen(first)
    ordered = rows.chosen(np.argsort(rows.time_s, kind="stable"))
    return Engine(DETECTORS, LimitBook(DETECTORS)).take(ordered)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([1, 10, 30, 700, 4000]), VALUES), min_size=2, max_size=20),
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 5), max_size=8),
)
def test_any_order_and_any_repetition_finds_every_episode_that_order_finds(
    drawn: list[tuple[int, dict[str, Any]]], chance: Any, sizes: list[int]
) -> None:
    times = np.cumsum([step for step, _ in drawn]).tolist()
    rows = [
        {"at": at, "hash": number + 1, **values}
        for number, (at, (_, values)) in enumerate(zip(times, drawn, strict=True))
    ]
    canonical = in_order(incoming_of_values(rows))
    shuffled = [*rows, *chance.sample(rows, len(rows) // 2)]
    chance.shuffle(shuffled)
    arriving = incoming_of_values(shuffled)
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    live: list[Finding] = []
    edges = [0, *np.cumsum(sizes).tolist(), len(arriving)]
    for a, b in pairwise(edges):
        live += engine.take(
            arriving.chosen(np.arange(min(a, len(arriving)), min(b, len(arriving))))
        )
    hours = {f.at for f in live if f.kind == REOPENED}
    again = [f for f in canonical if hours and f.opened_at >= min(hours)]
    assert episodes(canonical) <= episodes(live) | episodes(again)


def test_hours_close_together_are_judged_in_one_stretch() -> None:
    assert Reopened({0, 3600, 7200, 20 * 3600}).spans == [(0, 7200), (72_000, 72_000)]


class FakeClock(SystemClock):
    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic_s(self) -> float:
        return self.now_s


class Follower:
    """An ``Again`` on a journal of its own, with what it was asked to judge."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.away = folder, FakeClock(), False
        self.asked: list[tuple[int, int, int]] = []
        self.reader = JournalReader(folder / "journal")
        self.again = self.new()

    def new(self) -> Again:
        return Again(
            self.folder / "journal", "main", self.folder / "findings", self.reader, self.judge,
            self.clock,
        )  # fmt: skip

    def judge(self, vehicle: int, first: int, last: int) -> Sequence[Finding]:
        if self.away:
            raise ConnectionError("the store is away")
        self.asked.append((vehicle, first, last))
        return [Finding(OPENED, "temperature.high", vehicle, first + 5, first + 5, 0, level=1)]

    def write(self, *hours: int) -> None:
        named = [Finding(REOPENED, "", VEHICLE, hour, hour, 0, late=True) for hour in hours]
        with JournalWriter(self.folder / "journal", "findings-main") as writer:
            write_records(
                writer, [finding_to_json(f) for f in named], KIND_FINDING, [0] * len(named)
            )

    def written(self) -> list[Finding]:
        with JournalReader(self.folder / "journal") as reader:
            if "findings-main-again" not in reader.streams():
                return []
            records = reader.read(None, "findings-main-again", 1 << 20)
            return [finding_from_json(records.payload(i)) for i in range(len(records))]


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    (tmp_path / "journal").mkdir()
    return Follower(tmp_path)


def test_an_hour_is_judged_once_it_has_been_quiet(follower: Follower) -> None:
    follower.write(3600, 7200)
    assert follower.again.step() == 0
    follower.clock.now_s += QUIET_S - 1
    follower.write(10_800)
    assert follower.again.step() == 0  # another one was named: its quiet begins anew
    follower.clock.now_s += QUIET_S
    assert follower.again.step() == 1
    assert follower.asked == [(VEHICLE, 3600, 10_800)]
    assert [f.opened_at for f in follower.written()] == [3605]
    assert follower.again.step() == 0


def test_a_store_that_is_away_makes_the_hours_wait(follower: Follower) -> None:
    follower.write(3600)
    follower.again.step()
    follower.clock.now_s += QUIET_S
    follower.away = True
    assert follower.again.step() == 0
    follower.away = False
    assert follower.again.step() == 1


def test_what_was_named_before_a_kill_is_judged_after_it(follower: Follower) -> None:
    follower.write(3600)
    follower.again.step()
    restarted = follower.new()  # nothing had been judged
    restarted.step()
    follower.clock.now_s += QUIET_S
    assert restarted.step() == 1
    restarted._writer.close()  # type: ignore[union-attr]
    done = follower.new()
    done.step()
    follower.clock.now_s += QUIET_S
    assert done.step() == 0  # and not once more
