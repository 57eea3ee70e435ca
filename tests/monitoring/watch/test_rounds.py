"""Rounds of the watch queues: who comes in and who does not, over a real store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.findings.hazards.examples import cases, named
from tests.monitoring.watch.conftest import DAY, Yard

from voltward.fleet.models import BatteryType
from voltward.monitoring import watch_states
from voltward.monitoring.models import VehicleHabit, WatchCase, WatchStep
from voltward.monitoring.store import StoreAway
from voltward.records import days
from voltward.records.models import AuditRow, Maker

pytestmark = pytest.mark.django_db
C11 = cases("C.11")
PART_A = [case for case in C11 if "a" in case["expected"] and "b" not in case["expected"]]
PART_B = [case for case in C11 if "b" in case["expected"]]


# ---- long offline


@pytest.mark.parametrize("case", PART_B, ids=named)
def test_the_examples_of_long_absence_come_out(case: dict[str, Any], yard: Yard) -> None:
    yard.alive()
    inputs = case["inputs"]
    vehicle = yard.add(usage="private" if inputs["private"] else "taxi")
    yard.sent(vehicle, inputs["offline_days"], soc_pct=50)
    yard.round()
    found = yard.cases("long_offline")
    assert [one.vehicle for one in found] == [vehicle] * case["expected"]["b"]["R"]


@pytest.mark.parametrize(
    ("usage", "offline_d", "expected"),
    [
        ("private", 90.5, 1),
        ("private", 89.9, 0),
        ("taxi", 60.5, 1),
        ("taxi", 59.9, 0),
        ("", 60.5, 1),
    ],
)
def test_the_limit_is_that_of_the_present_use_and_the_shorter_one_where_that_is_unknown(
    yard: Yard, usage: str, offline_d: float, expected: int
) -> None:
    yard.alive()
    vehicle = yard.add(usage=usage)
    yard.sent(vehicle, offline_d)
    yard.round()
    found = yard.cases("long_offline")
    assert len(found) == expected
    if found:
        assert found[0].why["numbers"]["offline_d"] == pytest.approx(offline_d, abs=0.01)
        assert {one["confidence"] for one in found[0].why["limits"].values()} == {"A"}


def test_a_vehicle_in_use_that_never_sent_is_away_since_its_first_day(yard: Yard) -> None:
    yard.alive()
    never = yard.add(usage="taxi", used_d=80)
    yard.add(usage="taxi", used_d=50)
    yard.round()
    (case,) = yard.cases("long_offline")
    assert case.vehicle == never
    assert case.why["numbers"]["last_at"] is None


@pytest.mark.parametrize("state", ["registered", "offline_confirmed", "unregistered"])
def test_who_is_not_in_use_is_not_chased(yard: Yard, state: str) -> None:
    yard.alive()
    vehicle = yard.add(usage="taxi", state=state)
    yard.sent(vehicle, 100)
    yard.round()
    assert not yard.cases("long_offline")


def test_reissued_data_count_with_the_time_they_were_collected(yard: Yard) -> None:
    from tests.monitoring import car
    from tests.monitoring.watch.conftest import frame

    yard.alive()
    vehicle = yard.add(usage="taxi")
    old = bytearray(frame(vehicle.vin, yard.now - 70 * DAY))
    old[2], old[-1] = 3, old[-1] ^ 2 ^ 3  # the same frame as a reissue, with its checksum
    car.store(yard.around.client, bytes(old), late_s=69 * 86_400)
    yard.round()
    assert [one.vehicle for one in yard.cases("long_offline")] == [vehicle]


# ---- one case, and only a verdict ends it


def test_a_case_is_not_opened_twice_and_leaves_a_row_in_the_audit_trail(yard: Yard) -> None:
    yard.alive()
    yard.sent(yard.add(usage="taxi"), 70)
    assert yard.round() == 1
    assert yard.round() == 0
    (case,) = yard.cases("long_offline")
    assert case.state == watch_states.OPEN
    told = AuditRow.objects.filter(action="watch.open", maker=yard.maker)
    assert [row.after["cases"] for row in told] == [[case.pk]]
    assert [step.kind for step in case.steps.all()] == ["opened"]


def test_a_case_whose_condition_ended_says_so_and_waits(yard: Yard) -> None:
    yard.alive()
    vehicle = yard.add(usage="taxi")
    yard.sent(vehicle, 70)
    yard.round()
    yard.sent(vehicle, 0.01)
    assert yard.round() == 1
    (case,) = yard.cases("long_offline")
    assert case.is_going
    assert case.ended_at == yard.now
    assert [step.kind for step in case.steps.order_by("pk")] == ["opened", "ended"]


def test_a_condition_that_comes_again_takes_up_the_case_that_waits(yard: Yard) -> None:
    alive = yard.alive()
    vehicle = yard.add(usage="taxi")
    yard.sent(vehicle, 70)
    yard.round()
    yard.sent(vehicle, 0.01)
    yard.round()
    yard.sent(alive, -61)
    yard.round(later_d=61)
    (case,) = [one for one in yard.cases("long_offline") if one.vehicle == vehicle]
    assert case.ended_at is None
    assert [step.kind for step in case.steps.order_by("pk")] == ["opened", "ended", "again"]


def test_after_a_verdict_a_lasting_condition_is_not_asked_about_until_the_days_are_over(
    yard: Yard, closed: Callable[[WatchCase], WatchCase]
) -> None:
    alive = yard.alive()
    vehicle = yard.add(usage="taxi")
    yard.sent(vehicle, 70)
    yard.round()
    closed(yard.cases("long_offline")[0])
    assert yard.round() == 0
    yard.sent(alive, -91)
    yard.round(later_d=91)
    found = [one for one in yard.cases("long_offline") if one.vehicle == vehicle]
    assert [one.is_going for one in found] == [False, True]
    assert found[1].previous == found[0]


def test_after_a_verdict_and_an_end_the_condition_opens_a_new_case_at_once(
    yard: Yard, closed: Callable[[WatchCase], WatchCase]
) -> None:
    alive = yard.alive()
    vehicle = yard.add(usage="taxi")
    yard.sent(vehicle, 70)
    yard.round()
    first = closed(yard.cases("long_offline")[0])
    yard.sent(vehicle, 0.01)
    yard.round()
    first.refresh_from_db()
    assert first.ended_at is not None
    yard.sent(alive, -61)
    yard.round(later_d=61)
    found = [one for one in yard.cases("long_offline") if one.vehicle == vehicle]
    assert [one.previous for one in found] == [None, first]
    assert found[0].verdict == "safe"


def test_a_platform_that_receives_nothing_judges_no_silence_and_ends_no_case(yard: Yard) -> None:
    vehicle = yard.add(usage="taxi")
    yard.sent(vehicle, 70)
    yard.round()
    assert not WatchCase.objects.exists()
    yard.alive()
    yard.round()
    assert len(yard.cases("long_offline")) == 1
    yard.round(later_d=1)  # nothing came in for a day
    assert yard.cases("long_offline")[0].ended_at is None
    assert len(WatchCase.objects.all()) == 1


def test_a_store_that_is_away_changes_nothing_but_tells_of_rechecks(yard: Yard) -> None:
    yard.alive()
    yard.sent(yard.add(usage="taxi"), 70)
    yard.round()
    rows = WatchCase.objects.all()
    rows.update(state=watch_states.RECHECKING, recheck_on=days.today())
    yard.around.is_away = True
    with pytest.raises(StoreAway):
        yard.round()
    (case,) = yard.cases("long_offline")
    assert case.state == watch_states.IN_HAND
    assert WatchStep.objects.filter(case=case, kind="due").count() == 1


def test_each_maker_has_its_own_cases_and_limits(
    yard: Yard, other_maker: Maker, set_limit: Callable[..., Any]
) -> None:
    yard.alive()
    for maker in (yard.maker, other_maker):
        yard.sent(yard.add(usage="taxi", maker=maker), 40)
    set_limit("offline.other_d", 30)
    yard.round()
    (case,) = yard.cases("long_offline")
    assert case.maker == yard.maker
    assert case.why["limits"]["offline.other_d"]["value"] == 30


# ---- suddenly silent


def test_a_daily_driver_is_missed_after_days_and_a_weekend_driver_is_not(yard: Yard) -> None:
    yard.alive()
    daily, weekend, fresh = (yard.add(usage="private") for _ in range(3))
    yard.sent(daily, *range(6, 60), state="started")
    yard.sent(weekend, *range(6, 66, 7), *range(7, 66, 7), state="started")
    yard.sent(fresh, *range(6, 10), state="started")  # too few days to know a habit
    yard.round()
    (case,) = yard.cases("suddenly_silent")
    assert case.vehicle == daily
    assert case.why["numbers"]["usual_d"] == 5
    assert VehicleHabit.objects.count() == 3  # read once, kept while they are silent
    assert yard.round() == 0
    assert VehicleHabit.objects.count() == 3


@pytest.mark.parametrize(("silent_d", "expected"), [(4.9, 0), (5.0, 0), (5.2, 1)])
def test_as_long_as_five_times_the_own_gap_is_still_usual(
    yard: Yard, silent_d: float, expected: int
) -> None:
    yard.alive()
    vehicle = yard.add(usage="private")
    yard.sent(vehicle, *(silent_d - 1e-4 + day for day in range(40)))
    yard.round()
    assert len(yard.cases("suddenly_silent")) == expected


def test_only_sold_vehicles_in_use_are_missed(yard: Yard) -> None:
    yard.alive()
    for usage, state in (("", "in_use"), ("private", "offline_confirmed")):
        yard.sent(yard.add(usage=usage, state=state), *range(6, 60))
    yard.round()
    assert not yard.cases("suddenly_silent")


# ---- standing over-discharge


@pytest.fixture
def battery(maker: Maker) -> BatteryType:
    return BatteryType.objects.create(maker=maker, name="NCM-60")


@pytest.mark.parametrize("case", PART_A, ids=named)
def test_the_examples_of_over_discharge_come_out(
    case: dict[str, Any], yard: Yard, battery: BatteryType, set_limit: Callable[..., Any]
) -> None:
    yard.alive()
    inputs = case["inputs"]
    if inputs["self_discharge_pct_per_day"] is not None:
        set_limit(
            "standing.self_discharge_pct_per_d", inputs["self_discharge_pct_per_day"], battery
        )
    vehicle = yard.add(state="registered", battery_type=battery.name)
    # the protocol has whole percents: half of one is made of twice the discharge
    soc = inputs["fsoc_pct"]
    if soc != int(soc):
        set_limit(
            "standing.self_discharge_pct_per_d", inputs["self_discharge_pct_per_day"] * 2, battery
        )
        soc *= 2
    yard.sent(vehicle, (inputs["powered_down_h"] + 0.001) / 24, soc_pct=int(soc))
    yard.round()
    found = yard.cases("over_discharge")
    assert [one.vehicle for one in found] == [vehicle] * (case["expected"]["a"]["R"] or 0)


def test_a_vehicle_that_reports_while_it_is_off_stands_since_it_was_last_active(
    yard: Yard, battery: BatteryType, set_limit: Callable[..., Any]
) -> None:
    yard.alive()
    set_limit("standing.self_discharge_pct_per_d", 0.5, battery)
    stands, drove, charged = (yard.add(battery_type=battery.name) for _ in range(3))
    for vehicle in (stands, drove, charged):
        yard.sent(vehicle, 1.05, 0.8, 0.1, soc_pct=2)
    yard.sent(drove, 0.5, soc_pct=2, state="started")
    yard.sent(charged, 0.5, soc_pct=2, charging="parked_charging")
    yard.round()
    assert [one.vehicle for one in yard.cases("over_discharge")] == [stands]


# ---- frequent alarms


def test_one_that_alarms_far_more_than_its_peers_comes_in_with_the_numbers(yard: Yard) -> None:
    from voltward.monitoring.models import Episode

    yard.alive()
    peers = [yard.add(usage="taxi") for _ in range(40)]
    # the same number of episodes among vehicles of another use, too few to compare with
    lonely = yard.add(usage="bus")
    told = [(peers[0], 12), (peers[1], 1), (peers[2], 2), (lonely, 12)]
    for vehicle, number in told:
        for k in range(number):
            at = yard.now - (k + 1) * DAY
            Episode.objects.create(
                maker=yard.maker, vehicle=vehicle, rule="insulation.low", level=2, reported_level=0,
                opened_at=at, received_at=at, last_at=at,
            )  # fmt: skip
    yard.round()
    (case,) = yard.cases("frequent_alarms")
    assert case.vehicle == peers[0]
    numbers = case.why["numbers"]
    assert (numbers["episodes"], numbers["peers"]) == (12, 39)
    assert numbers["ratio"] > 3
    assert numbers["tail"] < 0.01
    assert set(case.why["limits"]) == {
        "frequent.window_d", "frequent.least_episodes", "frequent.least_peers",
        "frequent.least_ratio", "frequent.false_share_pct",
    }  # fmt: skip
