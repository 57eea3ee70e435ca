"""What waits for its answer: a table that means the same as a list that is searched from its front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.scene import REALTIME, REISSUE, answer, report

from voltward.columns.batch import FrameBatch
from voltward.uplink import flight
from voltward.uplink.flight import Flight
from voltward.uplink.items import ITEM, Items

AT_S = 1_773_534_605
KINDS = [(car, second, command) for car in (1, 2) for second in (0, 1) for command in (2, 3)]
Named = tuple[int, int, int]


def items(first: int, kinds: list[Named], sent_s: float = 0.0) -> Items:
    """Frames of these, with rising positions."""
    rows = np.zeros(len(kinds), ITEM)
    rows["position"], rows["sent_s"] = np.arange(first, first + len(kinds)), sent_s
    frames = [report(car, AT_S + second, command) for car, second, command in kinds]
    return Items(rows, FrameBatch.of(frames))


def answers(kinds: list[Named], style: str) -> FrameBatch:
    return FrameBatch.of(
        [answer(report(car, AT_S + second, command), 1, style) for car, second, command in kinds]
    )


@dataclass
class Model:
    """The rule in its plainest form."""

    waiting: list[tuple[int, Named]]

    def answered(self, kind: Named, style: str) -> int | None:
        for place, (position, own) in enumerate(self.waiting):
            same = own == kind if style != "empty" else (own[0], own[2]) == (kind[0], kind[2])
            if same:
                del self.waiting[place]
                return position
        return None


kinds = st.lists(st.sampled_from(KINDS), max_size=9)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), kinds),
        st.tuples(st.sampled_from(["time", "empty", "echo"]), kinds),
        st.tuples(st.just("again"), kinds),
        st.tuples(st.just("clear"), st.just([])),
    ),
    max_size=40,
)


@given(steps)
def test_answers_take_out_what_a_search_from_the_front_would(
    life: list[tuple[str, list[Named]]],
) -> None:
    with pytest.MonkeyPatch.context() as small:
        small.setattr(flight, "_ROOM", 4)  # it is made anew, and grows
        table, model, sent = Flight(), Model([]), 0
        for what, named in life:
            if what == "send":
                table.add(items(sent, named))
                model.waiting += list(enumerate(named, sent))
                sent += len(named)
            elif what == "again":
                places = np.flatnonzero(table._waits[: table._end])[: len(named)]
                table.add(table.take(places))
                model.waiting = model.waiting[len(places) :] + model.waiting[: len(places)]
            elif what == "clear":
                cleared = table.clear()["position"].tolist()
                assert cleared == [position for position, _ in model.waiting]
                model.waiting.clear()
            else:
                rows, known = table.answered(answers(named, what))
                expected = [model.answered(kind, what) for kind in named]
                assert known.tolist() == [one is not None for one in expected]
                found = [one for one in expected if one is not None]
                assert rows["position"].tolist() == found
            waiting = [position for position, _ in model.waiting]
            assert (table.rows()["position"].tolist(), len(table)) == (waiting, len(waiting))


def test_a_frame_that_is_taken_out_is_the_one_that_was_sent() -> None:
    table = Flight()
    table.add(items(0, [(1, 0, REALTIME), (2, 0, REALTIME)]))
    table.add(items(2, [(1, 1, REISSUE)]))
    taken = table.take(np.array([1, 2]))
    assert taken.rows["position"].tolist() == [1, 2]
    assert list(taken.frames) == [report(2, AT_S), report(1, AT_S + 1, REISSUE)]


def test_what_a_later_answer_passed_over_is_overdue_and_what_is_younger_is_not() -> None:
    table = Flight()
    for number in range(3):
        table.add(items(number, [(number, 0, REALTIME)], float(number)))
    assert table.overdue(1.5, is_silent=False).tolist() == []
    assert table.overdue(1.5, is_silent=True).tolist() == [0, 1]
    table.answered(answers([(1, 0, REALTIME)], "time"))
    assert table.overdue(2.5, is_silent=False).tolist() == [0]
    assert table.were_passed(np.array([0, 2])).tolist() == [True, False]
