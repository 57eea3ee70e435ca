"""Models with many vehicles that had faults or hazards, GB/T 45688 tables D.1 row 4 and D.2 row 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.monitoring.watch.conftest import Yard
from tests.monitoring.watch.models import HAZARD, episode, judged, model

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.monitoring.services import watch_rounds
from voltward.monitoring.services.watch import watch_review
from voltward.monitoring.store import StoreAway
from voltward.records.models import Maker, Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("in_use", "affected", "what", "expected"),
    [
        (20, 1, {}, ["fault:示例轿跑"]),  # 5 %: itself included
        (21, 1, {}, []),
        (40, 2, {"level": 4}, ["fault:示例轿跑"]),
        (20, 5, {"level": 2}, []),
        (19, 5, {}, []),  # too few in use to say
        (20, 2, {"rule": HAZARD, "level": 1}, ["hazard:示例轿跑"]),  # 10 %
        (20, 1, {"rule": HAZARD, "level": 1}, []),
        (20, 1, {"rule": HAZARD, "level": 3}, []),  # a hazard of any level is no fault
        (20, 5, {"ago_d": 30.01}, []),
        (20, 1, {"ago_d": 29.9}, ["fault:示例轿跑"]),
        (20, 5, {"profile": "trial"}, []),  # only watched
    ],
)
def test_a_model_comes_in_at_its_share_and_not_below(
    yard: Yard, in_use: int, affected: int, what: dict[str, Any], expected: list[str]
) -> None:
    model(yard, in_use, affected, **what)
    assert [case.subject for case in judged(yard)] == expected


def test_the_case_keeps_its_numbers_and_the_limits_with_their_source(yard: Yard) -> None:
    model(yard, 40, 3)
    (case,) = judged(yard)
    assert (case.vehicle, case.model_name, case.vehicles_number) == (None, "示例轿跑", 3)
    numbers = case.why["numbers"]
    assert (numbers["affected"], numbers["in_use"], numbers["share_pct"]) == (3, 40, 7.5)
    assert case.measure == pytest.approx(1.5)
    assert {code: one["confidence"] for code, one in case.why["limits"].items()} == {
        "share.period_d": "M", "share.fault_pct": "A", "share.fewest_in_use": "M",
    }  # fmt: skip


def test_vehicles_are_counted_and_not_their_events(yard: Yard) -> None:
    first, *_rest = model(yard, 21, 1)
    for k in range(5):
        episode(yard, first, ago_d=2 + k)
    episode(yard, first, rule="fault.5")
    assert judged(yard) == []


def test_what_was_judged_false_or_a_test_does_not_count_and_then_the_condition_ends(
    yard: Yard,
) -> None:
    model(yard, 20, 1)
    (case,) = judged(yard)
    for verdict, ended in (("true", False), ("false", True), ("sensor", False), ("test", True)):
        Alarm.objects.update(verdict=verdict)
        judged(yard)
        case.refresh_from_db()
        assert (case.ended_at is not None) is ended, verdict
        assert case.is_going


@pytest.mark.parametrize(
    ("state", "expected"), [("scrapped", 1), ("offline_confirmed", 1), ("registered", 0)]
)
def test_a_burnt_vehicle_does_not_take_itself_out_of_the_count(
    yard: Yard, state: str, expected: int
) -> None:
    model(yard, 20, 0)
    gone = yard.add(state=state, scrapped_on=yard.now.date(), scrap_proof="回收证明")
    episode(yard, gone)
    assert len(judged(yard)) == expected


def test_models_and_makers_are_counted_apart(
    yard: Yard, other_maker: Maker, set_limit: Callable[..., Any]
) -> None:
    model(yard, 20, 0)
    episode(yard, yard.add(model_name="另一车型"))
    episode(yard, yard.add(maker=other_maker))
    assert judged(yard) == []
    set_limit("share.fewest_in_use", 1)
    assert [case.subject for case in judged(yard)] == ["fault:另一车型"]


def test_one_is_open_once_follows_its_numbers_and_tells_its_end(yard: Yard) -> None:
    vehicles = model(yard, 20, 1)
    judged(yard)
    episode(yard, vehicles[1])
    (case,) = judged(yard)
    assert (case.now["affected"], case.vehicles_number, case.why["numbers"]["affected"]) == (
        2,
        2,
        1,
    )
    (case,) = judged(yard, later_d=40)
    assert case.ended_at is not None
    assert case.is_going
    assert [step.kind for step in case.steps.order_by("pk")] == ["opened", "ended"]


def test_a_model_that_cannot_be_judged_any_more_keeps_its_case_as_it_is(yard: Yard) -> None:
    vehicles = model(yard, 20, 2)
    judged(yard)
    Vehicle.objects.filter(pk=vehicles[5].pk).update(state="offline_confirmed")
    (case,) = judged(yard)
    assert case.ended_at is None


def test_after_a_verdict_it_is_asked_about_again_when_the_days_are_over(
    yard: Yard, person: Callable[[str], Person], set_limit: Callable[..., Any]
) -> None:
    model(yard, 20, 1)
    (case,) = judged(yard)
    watch_review(
        person("quality_engineer"), case_id=case.pk, verdict="no_batch", text="单车线束磨损"
    )
    assert len(judged(yard)) == 1
    set_limit("share.period_d", 365)
    found = judged(yard, later_d=91)
    assert [one.is_going for one in found] == [False, True]
    assert found[1].previous == found[0]


def test_it_is_judged_while_the_store_is_away(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    model(yard, 20, 1)
    yard.around.is_away = True
    # a build that asks the store first is caught here
    with monkeypatch.context() as broken:
        broken.setattr(watch_rounds, "office_round", watch_rounds.store_round)
        with pytest.raises(StoreAway):
            yard.round()
    assert yard.cases("model_share") == []
    with pytest.raises(StoreAway):
        yard.round()
    assert len(yard.cases("model_share")) == 1


def test_faults_are_counted_by_vehicle_where_a_vehicle_had_both(yard: Yard) -> None:
    vehicles = model(yard, 20, 2)
    for vehicle in vehicles[:2]:
        episode(yard, vehicle, rule=HAZARD, level=1)
    assert {case.subject for case in judged(yard)} == {"fault:示例轿跑", "hazard:示例轿跑"}
