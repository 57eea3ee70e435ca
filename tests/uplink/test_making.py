"""Many frames at once take the forms that each would take alone, and stay in their order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.scene import LINK, LOGIN, LOGOUT, REALTIME, REISSUE, report

from voltward.columns.batch import FrameBatch
from voltward.frames.grammar import Edition
from voltward.uplink.due import DUE
from voltward.uplink.forms import form_of, left_out, with_command
from voltward.uplink.incoming import Table
from voltward.uplink.items import ITEM, Items, Queue, Source, entries_of, items_of, rows_of
from voltward.uplink.links import VEHICLE
from voltward.uplink.making import Maker
from voltward.uplink.sources import Fetched

AT_S = 1_773_534_605
PRIVATE = 1  # number of a usage class
KNOWN = Table(np.array([(3, 1, PRIVATE), (4, 1, 0)], VEHICLE), ("", "private"))


@dataclass
class Said:
    frame: bytes | None
    lost: tuple[str, ...]
    thermal_as_3: bool = False


def anew(frame: bytes, *, edition: int, left_out: Collection[int], command: int) -> Said:
    """Not every frame can be said; what can be grows."""
    if frame[20] % 3 == 0:
        return Said(None, ("all",))
    return Said(with_command(frame, command)[:-1] + b"longer" + bytes((edition % 256,)), ("gear",))


one = st.tuples(
    st.integers(1, 6),
    st.sampled_from([LOGIN, REALTIME, REISSUE, LOGOUT]),
    st.sampled_from(list(Edition)),
    st.booleans(),
)


@given(st.lists(one, max_size=20), st.booleans(), st.integers(0, 20))
def test_forms_and_order_are_those_of_one_frame_after_the_other(
    frames: list[tuple[int, int, Edition, bool]], reduces: bool, gone_from: int
) -> None:
    link = replace(LINK, left_out={"private": (5,)} if reduces else {})
    rows, data = np.zeros(len(frames), DUE), []
    for place, (car, command, edition, encrypted) in enumerate(frames):
        frame = bytearray(report(car, AT_S, command, edition))
        frame[21] = 3 if encrypted else 1
        data.append(bytes(frame))
        to = REISSUE if command == REALTIME else command
        rows[place] = (place, car, AT_S, 0, to, 0)
    batch = FrameBatch.of(data)
    there = np.arange(len(frames)) < gone_from
    fetched = Fetched(batch.buffer, batch.offsets[:-1], batch.offsets[1:], rows["moment_s"], there)
    made = Maker(link, KNOWN, anew).due(rows, fetched, Source.DUE, np.arange(len(frames)))
    said, unsaid = [], {}
    for place, frame in enumerate(data[:gone_from]):
        usage = "private" if frames[place][0] == 3 else ""
        without = left_out(link, usage)
        form = form_of(frame, link, int(rows["command"][place]), without, anew)
        if form.data is None:
            unsaid[place] = form.outcome
        else:
            said.append((place, form.data, form.lost))
    unsaid |= dict.fromkeys(range(gone_from, len(frames)), 6)  # expired
    found = zip(made.items.rows["place"], made.items.frames, made.items.rows["lost"], strict=True)
    assert [(int(place), frame, int(lost)) for place, frame, lost in found] == said
    assert {int(row["position"]): int(row["outcome"]) for row in made.unsaid} == unsaid
    assert batch.buffer.tobytes() == b"".join(data)  # what was read stays as it is


def numbered(first: int, count: int) -> Items:
    rows = np.zeros(count, ITEM)
    rows["position"] = range(first, first + count)
    return Items(rows, FrameBatch.of([bytes((number,)) for number in range(first, first + count)]))


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 7), max_size=12))
def test_a_queue_gives_out_what_came_first_however_it_came(
    comes: list[int], goes: list[int]
) -> None:
    queue, came = Queue(), 0
    for count in comes:
        queue.add(numbered(came, count))
        came += count
    left = list(range(came))
    for most in goes:
        taken = queue.take(most)
        assert taken.rows["position"].tolist() == left[:most]
        assert taken.data == bytes(left[:most])
        left = left[most:]
        first = queue.first()
        assert (first is None) == (not left)
        assert queue.rows()["position"].tolist() == left
        assert len(queue) == len(left)


def test_a_due_frame_keeps_what_is_known_of_it_and_counts_that_run_over_stay_at_their_end() -> None:
    rows = np.array([(5, 7, AT_S, 2, REISSUE, 3)], DUE)
    items = items_of(rows, Source.HELD)
    assert rows_of(items).tolist() == rows.tolist()
    assert items["tries"].tolist() == [3]
    items["refused"], items["tries"], items["lost"], items["collected_s"] = 300, 300, 70_000, -1
    assert rows_of(items)["refused"].tolist() == [255]
    entry = entries_of(items)[0]
    assert (entry["tries"], entry["lost"], entry["collected_s"]) == (255, 0xFFFF, 0)
