"""Who takes findings goes first; all others give way, but not for ever."""

from __future__ import annotations

import threading

from voltward.base.right_of_way import RightOfWay


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
