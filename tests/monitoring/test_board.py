"""The board of newest states: fresh enough, asked for together, silent when nothing changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from voltward.monitoring import board as board_room
from voltward.monitoring.board import DEMAND_S, FRESH_S, Board
from voltward.monitoring.store import Outage, StoreAway
from voltward.telemetry.queries import LatestState

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)


def state(vehicle_id: int, soc_pct: float) -> LatestState:
    return LatestState(vehicle_id, NOON, NOON, 2016, 2, 0, 1, 1, 1, {"soc_pct": soc_pct}, {})


class Store:
    """Counts what it is asked. ``socs``: what each vehicle sent last."""

    def __init__(self, **socs: float) -> None:
        self.socs = {int(name.removeprefix("v")): soc for name, soc in socs.items()}
        self.marks_asked: list[list[int]] = []
        self.states_asked: list[list[int]] = []
        self.is_away = False
        self.now_s = 100.0
        self.hold: threading.Event | None = None

    def marks(self, ids: list[int]) -> Mapping[int, int]:
        self.marks_asked.append(ids)
        if self.hold:
            assert self.hold.wait(30)
        if self.is_away:
            raise StoreAway("away")
        return {one: hash(self.socs[one]) for one in ids if one in self.socs}

    def states(self, ids: list[int]) -> Iterable[LatestState]:
        self.states_asked.append(sorted(ids))
        return [state(one, self.socs[one]) for one in ids]

    def board(self, kind: type[Board] = Board) -> Board:
        return kind(self.marks, self.states, lambda: self.now_s)


def soc(board: Board, vehicle_id: int) -> float | None:
    found = board.state(vehicle_id)
    return None if found is None else found.values["soc_pct"]


def test_a_fresh_state_is_given_without_a_question() -> None:
    store = Store(v1=50)
    board = store.board()
    assert soc(board, 1) == 50
    store.socs[1] = 49
    store.now_s += FRESH_S
    assert soc(board, 1) == 50
    assert len(store.marks_asked) == 1


def test_a_stale_state_is_looked_up_and_read_only_if_it_changed() -> None:
    store = Store(v1=50)
    board = store.board()
    soc(board, 1)
    store.now_s += FRESH_S + 0.1
    assert soc(board, 1) == 50
    assert (len(store.marks_asked), store.states_asked) == (2, [[1]])
    store.socs[1] = 49
    store.now_s += FRESH_S + 0.1
    assert soc(board, 1) == 49
    assert store.states_asked == [[1], [1]]


def test_vehicles_in_demand_are_looked_up_together() -> None:
    store = Store(v1=1, v2=2, v3=3)
    board = store.board()
    for vehicle_id in (1, 2, 3):
        soc(board, vehicle_id)
    store.now_s += FRESH_S + 0.1
    soc(board, 1)
    assert store.marks_asked[-1] == [1, 2, 3]
    asked = len(store.marks_asked)
    assert (soc(board, 2), soc(board, 3), len(store.marks_asked)) == (2, 3, asked)
    store.now_s += DEMAND_S + 1
    soc(board, 1)
    assert store.marks_asked[-1] == [1]  # nobody asks for the others any more


def test_a_vehicle_that_never_sent_is_none_and_not_asked_for_again_at_once() -> None:
    store = Store()
    board = store.board()
    assert soc(board, 9) is None
    assert soc(board, 9) is None
    assert (len(store.marks_asked), store.states_asked) == (1, [])
    store.socs[9] = 7
    store.now_s += FRESH_S + 0.1
    assert soc(board, 9) == 7


def test_an_absent_store_is_told_and_not_hidden_behind_old_states() -> None:
    store = Store(v1=50)
    board = store.board()
    soc(board, 1)
    store.is_away = True
    store.now_s += FRESH_S + 0.1
    with pytest.raises(StoreAway):
        board.state(1)
    store.is_away = False
    assert soc(board, 1) == 50


def test_readers_who_come_during_a_look_wait_for_one_more_and_share_it() -> None:
    store = Store(**{f"v{number}": number for number in range(1, 9)})
    store.hold = threading.Event()
    board = store.board()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(soc, board, number) for number in range(1, 9)]
        while len(board._wanted) < 7:  # all but the one who looks have said what they want
            threading.Event().wait(0.001)
        store.hold.set()
        assert [one.result(30) for one in waiting] == list(range(1, 9))
    assert len(store.marks_asked) == 2


def test_a_board_that_never_looks_again_is_noticed() -> None:
    """Negative control: what the tests above would say of a board that keeps what it has."""

    class Stuck(Board):
        def _stale(self, ids: Iterable[int]) -> set[int]:
            return {one for one in super()._stale(ids) if one not in self._entries}

    store = Store(v1=50)
    board = store.board(Stuck)
    soc(board, 1)
    store.socs[1] = 49
    store.now_s += FRESH_S + 0.1
    assert soc(board, 1) == 50


def test_no_more_is_kept_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_room, "MOST_KEPT", 3)
    store = Store(**{f"v{number}": number for number in range(1, 9)})
    board = store.board()
    for number in range(1, 9):
        store.now_s += DEMAND_S + 1
        assert soc(board, number) == number
    assert list(board._entries) == [6, 7, 8]


def test_an_outage_is_remembered_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {"s": 5.0}
    monkeypatch.setattr("voltward.monitoring.store.time.monotonic", lambda: clock["s"])
    outage = Outage()
    outage.check()
    outage.began()
    with pytest.raises(StoreAway):
        outage.check()
    clock["s"] += 1.1
    outage.check()
