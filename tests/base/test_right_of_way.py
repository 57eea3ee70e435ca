"""Who takes findings goes first; all others give way, but not for ever."""

from __future__ import annotations

import threading

from voltward.base.right_of_way import BURST, REST_S, Rest, RightOfWay


def test_nobody_waits_while_the_way_is_free() -> None:
    assert RightOfWay().give(0)


def test_who_gives_way_goes_on_when_the_way_is_free_again() -> None:
    way, gone_on = RightOfWay(), threading.Event()
    way.hold()
    waiting = threading.Thread(target=lambda: way.give(60) and gone_on.set())
    waiting.start()
    assert not gone_on.is_set()
    way.free()
    waiting.join(30)
    assert gone_on.is_set()


def test_a_flood_of_findings_does_not_stop_all_other_work() -> None:
    way = RightOfWay()
    way.hold()
    assert not way.give(0)


def rest_at(moments: list[float]) -> Rest:
    return Rest(lambda: moments[0])


def test_a_burst_of_findings_lets_the_rest_rest() -> None:
    now = [100.0]
    rest = rest_at(now)
    rest.told(BURST)
    assert rest.left_s == REST_S
    now[0] += 1
    assert rest.left_s == REST_S - 1
    now[0] += REST_S
    assert rest.left_s == 0


def test_a_few_findings_let_nobody_rest() -> None:
    rest = rest_at([100.0])
    rest.told(BURST - 1)
    assert rest.left_s == 0


def test_a_flood_of_bursts_leaves_most_of_the_time_to_all_other_work() -> None:
    now = [100.0]
    rest, rested_s = rest_at(now), 0.0
    for _ in range(600):
        rest.told(BURST)
        rested_s += 0.1 if rest.left_s else 0
        now[0] += 0.1
    assert rested_s < 60 / 4


def test_who_rests_stops_when_told_to() -> None:
    rest, stopping = rest_at([100.0]), threading.Event()
    rest.told(BURST)
    stopping.set()
    rest.take(stopping)
    assert rest.left_s == REST_S  # it did not wait for its end
