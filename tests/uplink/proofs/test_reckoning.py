"""What a link owed and what became of it, to the frame."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.telemetry.ingest.scene import NOON, cells, frame, moment, report, vehicle_data, vin
from tests.uplink.proofs.scene import Scene, entry, frames, number, owed

from voltward.base.errors import BadInput
from voltward.uplink import proof_queries
from voltward.uplink.owed import NO_TIME, Owed
from voltward.uplink.proof import (
    ACCEPTED,
    EXPIRED,
    LEFT_OUT,
    NOT_EXPRESSIBLE,
    REFUSED,
    UNANSWERED,
    UNREADABLE,
)
from voltward.uplink.proof_frames import frames_of_day, proofs_of_frame
from voltward.uplink.proof_queries import (
    Figures,
    figures_by_day,
    figures_by_vehicle,
    figures_of_day,
    flags_of_day,
)

DAY = date(2026, 3, 15)
OUTCOMES = (ACCEPTED, REFUSED, UNANSWERED, NOT_EXPRESSIBLE, LEFT_OUT, EXPIRED, UNREADABLE)


def settled(scene: Scene) -> None:
    scene.store_rows()
    scene.proving().drain()


def test_received_is_the_sum_of_all_outcomes_and_what_is_open(scene: Scene) -> None:
    scene.put(*frames(1, 9))
    for k, outcome in enumerate(OUTCOMES):
        scene.prove("national", entry(scene.places[k], at=NOON + 10 * k, outcome=outcome))
    settled(scene)
    found = figures_of_day(scene.client, owed(), DAY)
    assert found == Figures(*(1,) * 7, open=2)
    assert (found.received, found.sent) == (9, 3)
    assert figures_of_day(scene.client, owed("local"), DAY) == Figures(open=9)


def test_the_same_content_again_is_owed_once(scene: Scene) -> None:
    again = report(vin(1), NOON, command=3)
    scene.put(report(vin(1), NOON), again, again)
    scene.prove("national", entry(scene.places[1], command=3))  # of the second receipt only
    settled(scene)
    assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=1)


def test_two_contents_of_one_moment_are_owed_each(scene: Scene) -> None:
    scene.put(report(vin(1), NOON, 600), report(vin(1), NOON, 610))
    scene.prove("national", entry(scene.places[0]))
    settled(scene)
    assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=1, open=1)


def test_the_frames_in_which_a_vehicle_split_its_cells_are_owed_each(scene: Scene) -> None:
    parts = [cells(1, 150, 250), cells(151, 100, 250)]
    scene.put(*(frame(vin(1), moment(NOON) + vehicle_data() + part) for part in parts))
    scene.prove("national", entry(scene.places[0]))
    settled(scene)
    assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=1, open=1)


def test_logins_are_proved_and_no_data(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    scene.prove("national", entry(scene.places[0], command=1, position=5))
    settled(scene)
    assert figures_of_day(scene.client, owed(), DAY) == Figures(open=1)


@pytest.mark.parametrize("first", ["rows", "proofs"])
def test_whichever_comes_into_the_store_first_the_sum_is_right_at_once(
    scene: Scene, first: str
) -> None:
    scene.put(*frames(1, 3))
    scene.prove("national", entry(scene.places[0]))
    if first == "rows":
        scene.store_rows()
        assert figures_of_day(scene.client, owed(), DAY) == Figures(open=3)
        scene.proving().drain()
    else:
        scene.proving().drain()
        assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=1)
        scene.store_rows()
    assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=1, open=2)


def test_only_vehicles_on_the_link_owe_and_what_was_sent_stays_visible(scene: Scene) -> None:
    scene.put(*frames(1, 2), *frames(2, 3), *frames(3, 4))
    scene.prove("national", entry(scene.places[2], vehicle=2))
    settled(scene)
    mine = owed(vehicles={number(1)})
    assert figures_of_day(scene.client, mine, DAY) == Figures(accepted=1, open=2)
    assert figures_of_day(scene.client, owed(vehicles=set()), DAY) == Figures(accepted=1)
    never = owed(never=number(3))  # as the canary
    assert figures_of_day(scene.client, never, DAY) == Figures(accepted=1, open=4)
    assert (mine.has(number(1)), mine.has(number(2))) == (True, False)
    assert (never.has(number(3)), owed().has(number(3))) == (False, True)


def test_another_makers_vehicles_are_in_no_figure(scene: Scene) -> None:
    scene.put(*frames(1, 2), *frames(2, 3))
    scene.prove("national", entry(scene.places[0]), entry(scene.places[2], vehicle=2))
    settled(scene)
    mine = owed(vehicles={number(1)}, within={number(1)})
    assert figures_of_day(scene.client, mine, DAY) == Figures(accepted=1, open=1)
    assert flags_of_day(scene.client, mine, DAY) == {}
    assert mine.only([number(1), number(2)]).within == {number(1)}
    found, _ = frames_of_day(scene.client, mine, DAY)
    assert {one.vehicle_id for one in found} == {number(1)}


def test_what_was_received_before_the_link_began_is_not_owed(scene: Scene) -> None:
    scene.put(*frames(1, 2))  # received at NOON and a millisecond later
    settled(scene)
    ms = NOON * 1000
    opens = [figures_of_day(scene.client, owed(since_ms=ms + k), DAY).open for k in range(3)]
    assert opens == [2, 1, 0]


def test_what_came_again_after_the_link_began_counts_as_when_it_came_first(scene: Scene) -> None:
    for command in (2, 3):  # the second one a millisecond later, in a part of its own
        scene.put(report(vin(1), NOON, command=command))
        scene.store_rows()
    began = owed(since_ms=NOON * 1000 + 1)
    assert figures_of_day(scene.client, began, DAY) == Figures()


def test_a_build_that_chooses_before_it_knows_the_row_that_counts_is_caught(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums = proof_queries._sums
    monkeypatch.setattr(
        proof_queries, "_sums", lambda *asked: sums(*asked).replace("FINAL WHERE", "FINAL PREWHERE")
    )
    with pytest.raises(AssertionError):
        test_what_came_again_after_the_link_began_counts_as_when_it_came_first(scene)


def test_a_day_is_a_day_in_beijing(scene: Scene) -> None:
    midnight = 1_773_590_400  # 2026-03-16T00:00:00+08:00
    scene.put(report(vin(1), midnight - 1), report(vin(1), midnight))
    scene.prove(
        "national", *(entry(place, at=midnight - 1 + k) for k, place in enumerate(scene.places))
    )
    settled(scene)
    found = figures_by_day(scene.client, owed(), DAY, date(2026, 3, 16))
    assert found == {DAY: Figures(accepted=1), date(2026, 3, 16): Figures(accepted=1)}
    with pytest.raises(BadInput):
        figures_by_day(scene.client, owed(), date(2026, 3, 16), DAY)


def test_an_hour_with_as_many_proofs_as_rows_of_other_contents_is_compared(scene: Scene) -> None:
    scene.put(*frames(1, 2))
    scene.store_rows()
    scene.put(*frames(1, 1, NOON + 60))
    first, _second, third = scene.places
    scene.prove("national", entry(first), entry(third, at=NOON + 60))
    scene.proving().drain()  # the third one is proved before it is a row
    assert figures_of_day(scene.client, owed(), DAY) == Figures(accepted=2, open=1)
    ((found,), _total) = figures_by_vehicle(scene.client, owed(), DAY)
    assert found.figures == Figures(accepted=2, open=1)


def test_hours_without_proofs_are_open_and_the_hour_an_outage_began_in_is_compared(
    scene: Scene,
) -> None:
    scene.put(*frames(1, 6, NOON, 1800), *frames(2, 2))  # three hours; the second one begins well
    good = [entry(place, at=NOON + 1800 * k) for k, place in enumerate(scene.places[:3])]
    scene.prove("national", *good, *(entry(p, vehicle=2) for p in scene.places[6:7]))
    settled(scene)
    day, month = figures_of_day(scene.client, owed(), DAY), date(2026, 3, 1)
    assert day == Figures(accepted=4, open=4)
    assert figures_by_day(scene.client, owed(), month, date(2026, 3, 31)) == {DAY: day}


def test_a_build_that_believes_equal_counts_is_caught(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums = proof_queries._sums
    monkeypatch.setattr(
        proof_queries, "_sums",
        lambda *asked: sums(*asked).replace("OR groupBitXor(mark) != 0", ""),
    )  # fmt: skip
    with pytest.raises(AssertionError):
        test_an_hour_with_as_many_proofs_as_rows_of_other_contents_is_compared(scene)


def test_frames_without_a_time_have_a_day_of_their_own(scene: Scene) -> None:
    scene.put(frame(vin(1), b"\x1a\x0d\x01\x00\x00\x00" + vehicle_data()), *frames(1, 1))
    scene.prove("national", entry(scene.places[0], at=0))
    settled(scene)
    assert figures_of_day(scene.client, owed(), NO_TIME) == Figures(accepted=1)
    assert figures_of_day(scene.client, owed(), DAY) == Figures(open=1)


def test_vehicles_come_worst_first_page_by_page_and_by_outcome(scene: Scene) -> None:
    scene.put(*frames(1, 3), *frames(2, 3), *frames(3, 1))
    good = [entry(place, at=NOON + 10 * k) for k, place in enumerate(scene.places[:3])]
    bad = entry(scene.places[3], vehicle=2, outcome=REFUSED, flag=4)
    scene.prove("national", *good, bad)
    settled(scene)
    found, total = figures_by_vehicle(scene.client, owed(), DAY)
    assert total == 3
    assert [one.vehicle_id for one in found] == [number(2), number(3), number(1)]
    assert found[0].figures == Figures(refused=1, open=2)
    assert sum((one.figures for one in found), Figures()) == figures_of_day(
        scene.client, owed(), DAY
    )
    second, total = figures_by_vehicle(scene.client, owed(), DAY, limit=1, offset=1)
    assert ([one.vehicle_id for one in second], total) == ([number(3)], 3)
    refused, total = figures_by_vehicle(scene.client, owed(), DAY, having="refused")
    assert ([one.vehicle_id for one in refused], total) == ([number(2)], 1)
    only, _ = figures_by_vehicle(scene.client, owed().only([number(3)]), DAY)
    assert [one.vehicle_id for one in only] == [number(3)]
    assert figures_by_vehicle(scene.client, owed(), date(2026, 3, 1)) == ([], 0)
    with pytest.raises(BadInput):
        figures_by_vehicle(scene.client, owed(), DAY, having="1; DROP TABLE proofs")


def test_refusals_are_counted_by_flag_and_name_of_link_is_no_sql(scene: Scene) -> None:
    scene.put(*frames(1, 3))
    flags = (2, 4, 4)
    scene.prove(
        "national",
        *(
            entry(place, at=NOON + 10 * k, outcome=REFUSED, flag=flags[k])
            for k, place in enumerate(scene.places)
        ),
    )
    settled(scene)
    assert flags_of_day(scene.client, owed(), DAY) == {4: 2, 2: 1}
    with pytest.raises(BadInput):
        figures_of_day(scene.client, Owed("x' OR '1"), DAY)


def test_every_frame_of_a_day_is_listed_with_its_outcome(scene: Scene) -> None:
    scene.put(*frames(1, 3))
    scene.prove("national", entry(scene.places[0], outcome=REFUSED, flag=2, tries=4, lost=3))
    settled(scene)
    found, total = frames_of_day(scene.client, owed(), DAY)
    assert ([int(one.collected_at.timestamp()) for one in found], total) == (
        [NOON + 20, NOON + 10, NOON],
        3,
    )
    refused = found[2]
    assert (refused.outcome, refused.flag, refused.tries, refused.lost) == (REFUSED, 2, 4, 3)
    assert refused.position == scene.places[0].number
    assert refused.sent_at == datetime.fromtimestamp(NOON + 2, UTC)
    assert refused.received_at == datetime.fromtimestamp(NOON, UTC)
    still, total = frames_of_day(scene.client, owed(), DAY, outcome="open", limit=1)
    assert ([int(one.collected_at.timestamp()) for one in still], total) == ([NOON + 20], 2)
    assert (still[0].sent_at, still[0].outcome) == (None, 0)
    with pytest.raises(BadInput):
        frames_of_day(scene.client, owed(), DAY, outcome="?")


def test_one_moment_is_answered_for_every_link(scene: Scene) -> None:
    scene.put(*frames(1, 2))
    scene.prove("national", entry(scene.places[0], flag=1), entry(scene.places[1], at=NOON + 10))
    scene.prove("local", entry(scene.places[0], outcome=REFUSED, flag=3))
    scene.prove("others", entry(scene.places[0]))
    settled(scene)
    at = datetime.fromtimestamp(NOON, UTC)
    found = proofs_of_frame(scene.client, number(1), at, ["national", "local"])
    assert [(one.link, one.outcome, one.flag) for one in found] == [
        ("local", REFUSED, 3),
        ("national", ACCEPTED, 1),
    ]
    assert all(one.proof and one.position == scene.places[0].number for one in found)
    assert proofs_of_frame(scene.client, number(2), at, ["national"]) == []
