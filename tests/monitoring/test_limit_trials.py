"""A draft of limits on stored rows: how much more or less it would have told than what is in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.monitoring import car
from tests.monitoring.conftest import Surroundings
from tests.monitoring.limit_drafts import SPREAD, STEP, approved, begun, drafted

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet import services as fleet
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import LimitRevision, LimitTrial
from voltward.monitoring.selectors.limits import trial_by_id, trials_of
from voltward.monitoring.services import limits
from voltward.monitoring.services.limit_trials import limit_trial_ask, limit_trials_run
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db
UNEVEN = (3.70, 3.70, 3.70, 3.70, 3.95)  # spread 250 mV: level 1 by the detectors' own limits
CALM = (3.70, 3.70, 3.70, 3.70, 3.71)
SPAN = {"begins_at": car.NOON, "ends_at": car.NOON + timedelta(days=2)}


def drives(
    around: Surroundings, vehicle: Vehicle, *spreads: tuple[float, ...], day: int = 0
) -> None:
    at = car.NOON + timedelta(days=day)
    around.put(
        *(car.report(vehicle.vin, at + timedelta(seconds=10 * i), cells=cells)
          for i, cells in enumerate(spreads))
    )  # fmt: skip


def asked(actor: Person, row: LimitRevision, **more: Any) -> LimitTrial:
    return limit_trial_ask(actor, revision_id=row.pk, **{**SPAN, **more})


def worked(trial: LimitTrial) -> LimitTrial:
    assert limit_trials_run() == 1
    trial.refresh_from_db()
    return trial


def test_a_trial_says_what_a_draft_would_have_told_beside_what_is_in_force(
    around: Surroundings, operator: Person, vehicle: Vehicle
) -> None:
    other = fleet.vehicle_register(operator, vin="LVVDB11B0RE000002", key=car.KEY)
    drives(around, vehicle, CALM, UNEVEN, UNEVEN)
    drives(around, vehicle, UNEVEN, UNEVEN, day=1)
    drives(around, other, CALM, CALM)
    row = drafted(operator, {SPREAD: 200.0})
    done = worked(asked(operator, row))
    assert (done.state, done.vehicles_total, done.vehicles_done) == ("done", 2, 2)
    assert done.rows_judged == 7
    spread = done.result["rules"]["cell.spread"]
    assert spread["now"] == {"episodes": 1, "vehicles": 1, "levels": {"1": 1}}
    assert spread["tried"] == {"episodes": 1, "vehicles": 1, "levels": {"2": 1}}
    assert done.result["vehicle_counts"] == {"now": 1, "tried": 1}
    assert done.result["in_scope"] == done.result["tried"] == 2
    told = AuditRow.objects.get(action="limit.trial_end")
    assert (told.maker_id, told.after["state"]) == (operator.maker_id, "done")


def test_what_a_draft_no_longer_tells_is_seen_by_vehicle_and_day(
    around: Surroundings, operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    begun(approved(operator, safety_head, {"cells.spread_1_mv": 100.0}))
    drives(around, vehicle, UNEVEN, UNEVEN)
    row = drafted(operator, {"cells.spread_1_mv": 260.0})
    done = worked(asked(operator, row))
    spread = done.result["rules"]["cell.spread"]
    assert (spread["now"]["episodes"], spread["tried"]["episodes"]) == (1, 0)
    # that one cell lies apart from the others is another rule of the same detector
    assert done.result["vehicles"] == [[vehicle.pk, 2, 1]]
    assert done.result["days"] == {"2026-03-15": {"now": 2, "tried": 1}}
    assert done.values == row.values


def test_only_vehicles_of_the_scope_are_tried_and_no_more_than_were_asked_for(
    around: Surroundings, operator: Person, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    drives(around, vehicle, UNEVEN)
    drives(around, other_vehicle, UNEVEN)
    fleet.vehicle_register(operator, vin="LVVDB11B0RE000002", key=car.KEY)
    model = vehicle.configuration
    assert model is not None
    narrow = drafted(operator, {SPREAD: 200.0}, scope="vehicle_model", subject=str(model.model_id))
    assert worked(asked(operator, narrow)).result["in_scope"] == 1
    wide = drafted(operator, {SPREAD: 200.0})
    done = worked(asked(operator, wide, most_vehicles=1))
    assert (done.result["in_scope"], done.result["tried"]) == (2, 1)


def test_a_draft_that_changes_nothing_judges_no_row(
    around: Surroundings, operator: Person, vehicle: Vehicle
) -> None:
    drives(around, vehicle, UNEVEN)
    done = worked(asked(operator, drafted(operator, {STEP: 20.0})))
    assert (done.state, done.rows_judged, done.result["rules"]) == ("done", 0, {})


def test_a_store_that_is_away_lets_a_trial_wait_without_using_up_its_tries(
    around: Surroundings, operator: Person, vehicle: Vehicle
) -> None:
    drives(around, vehicle, UNEVEN)
    trial = asked(operator, drafted(operator, {SPREAD: 200.0}))
    around.is_away = True
    assert limit_trials_run() == 0
    trial.refresh_from_db()
    assert (trial.state, trial.tries) == ("waiting", 0)
    around.is_away = False
    around.forget()
    assert worked(trial).state == "done"


def test_a_trial_whose_process_ends_is_begun_anew_and_given_up_in_the_end(
    around: Surroundings, operator: Person, vehicle: Vehicle
) -> None:
    drives(around, vehicle, UNEVEN)
    row = drafted(operator, {SPREAD: 200.0})
    trial = asked(operator, row)
    LimitTrial.objects.update(state="running", tries=1)
    assert worked(trial).state == "done"
    second = asked(operator, row)
    LimitTrial.objects.filter(pk=second.pk).update(state="running", tries=3)
    assert worked(second).failure == "gave_up"
    assert limit_trials_run() == 0


def test_who_may_ask_for_a_trial_and_of_what(
    operator: Person, other_operator: Person, safety_head: Person, integrator: Person
) -> None:
    row = drafted(operator, {SPREAD: 200.0})
    with pytest.raises(NotPermitted):
        asked(integrator, row)
    with pytest.raises(NotFound):
        asked(other_operator, row)
    for wrong in (
        {"ends_at": car.NOON},
        {"ends_at": car.NOON + timedelta(days=32)},
        {"begins_at": car.NOON.replace(tzinfo=None)},
        {
            "begins_at": car.NOON + timedelta(days=20_000),
            "ends_at": car.NOON + timedelta(days=20_001),
        },
        {"most_vehicles": 0},
        {"most_vehicles": 10_001},
    ):
        with pytest.raises(BadInput):
            asked(operator, row, **wrong)
    trial = asked(safety_head, row)
    with pytest.raises(WrongState):
        asked(operator, row)
    assert trial_by_id(operator, trial.pk) == trial
    assert not trials_of(other_operator, row).exists()
    with pytest.raises(NotFound):
        trial_by_id(other_operator, trial.pk)
    dropped = limits.limit_drop(operator, revision_id=row.pk)
    LimitTrial.objects.update(state="done")
    with pytest.raises(WrongState):
        asked(operator, dropped)
