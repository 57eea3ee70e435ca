"""Files of what is due: each frame once, in the order of collection, whatever tears or comes meanwhile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voltward.uplink.due import DUE, DueFiles, in_order, names_of


def rows(*entries: tuple[int, int, int]) -> np.ndarray:
    """Position, vehicle and moment of each."""
    found = np.zeros(len(entries), DUE)
    for place, (position, vehicle, moment_s) in enumerate(entries):
        found[place]["position"], found[place]["vehicle"] = position, vehicle
        found[place]["moment_s"] = moment_s
    return found


def test_minutes_come_oldest_first_and_each_in_order_of_collection(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    due.add(rows((5, 1, 130), (6, 2, 61), (7, 1, 61), (8, 1, 60)))
    due.flush()
    first = due.take()
    assert first is not None
    assert first.rows["position"].tolist() == [8, 7, 6]
    first.settle(range(3))
    due.finish()
    second = due.take()
    assert second is not None
    assert second.rows["position"].tolist() == [5]


def test_a_frame_that_was_written_twice_is_taken_once(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    due.add(rows((5, 1, 60)))
    due.flush()
    again = DueFiles(tmp_path / "due")
    again.add(rows((5, 1, 60), (6, 1, 62)))
    again.flush()
    taken = again.take()
    assert taken is not None
    assert taken.rows["position"].tolist() == [5, 6]


def test_what_comes_to_a_minute_that_is_being_sent_stays(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    due.add(rows((5, 1, 60)))
    due.flush()
    taken = due.take()
    due.add(rows((9, 1, 61)))
    due.flush()
    assert taken is not None
    taken.settle([0])
    due.finish()
    assert len(due) == 1
    later = due.take()
    assert later is not None
    assert later.rows["position"].tolist() == [9]


def test_the_torn_end_of_a_file_is_cut_off_and_what_follows_is_whole(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    due.add(rows((5, 1, 60)))
    due.flush()
    with (tmp_path / "due" / "1").open("ab") as file:
        file.write(b"torn")
    again = DueFiles(tmp_path / "due")
    again.add(rows((6, 1, 61)))
    again.flush()
    taken = again.take()
    assert taken is not None
    assert taken.rows["position"].tolist() == [5, 6]


def test_what_is_handed_out_comes_again_only_while_it_has_no_outcome(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    due.add(rows(*((position, 1, 60) for position in range(10))))
    due.flush()
    minute = due.take()
    assert minute is not None
    assert minute.next(4).tolist() == [0, 1, 2, 3]
    minute.settle([1])
    minute.settle([1])
    minute.rewind()
    assert minute.next(4).tolist() == [0, 2, 3]
    assert minute.next(100).tolist() == [4, 5, 6, 7, 8, 9]
    assert (minute.next(4).tolist(), minute.left) == ([], 9)


def test_the_count_and_the_oldest_follow_what_waits(tmp_path: Path) -> None:
    due = DueFiles(tmp_path / "due")
    assert (len(due), due.oldest_s()) == (0, 0)
    due.add(rows((5, 1, 190)))
    assert (len(due), due.oldest_s()) == (1, 190)
    due.flush()
    due.add(rows((6, 1, 65)))
    assert (len(due), due.oldest_s()) == (2, 65)
    assert len(DueFiles(tmp_path / "due")) == 1


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 3), st.integers(60, 119)), max_size=40)
)
def test_order_keeps_every_frame_once(entries: list[tuple[int, int, int]]) -> None:
    found = in_order(rows(*entries))
    keys = [(int(r["moment_s"]), int(r["vehicle"]), int(r["position"])) for r in found]
    assert keys == sorted(keys)
    assert {int(one) for one in names_of(found)["position"]} == {entry[0] for entry in entries}
    assert len(found) == len({entry[0] for entry in entries})
