"""Days of vehicles and the sums of their models: exact whatever is told twice, late, or before its time."""

from __future__ import annotations

from typing import Any

import pytest
from tests.exchange.quality import KEY, ago, car, sent, summary, taken

from voltward.base.errors import NotPermitted
from voltward.base.vehicle_id import vehicle_id
from voltward.exchange import quality_sums
from voltward.exchange.models import (
    QualityDay,
    QualityModelDay,
    QualityModelError,
    QualityWaiting,
)
from voltward.exchange.quality_rates import Rates, added, sums_of
from voltward.exchange.quality_sums import VehicleDay
from voltward.exchange.selectors import quality as selectors
from voltward.exchange.services.quality import quality_days_take, quality_waiting_take
from voltward.fleet import services as fleet_services
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
DAY = ago(3)


def model_day(model: str = "示例轿跑") -> QualityModelDay:
    return QualityModelDay.objects.get(model_name=model, day=DAY)


def sums() -> list[Any]:
    """All that stands in the sums, without their keys."""
    days = QualityModelDay.objects.order_by("day", "model_name").values()
    errors = QualityModelError.objects.order_by("day", "model_name", "code").values()
    drop = ("id", "maker_id")
    return [{k: v for k, v in row.items() if k not in drop} for row in (*days, *errors)]


def test_a_day_becomes_a_row_and_is_summed_by_model(maker: Maker) -> None:
    one, other = car(maker), car(maker)
    assert sent(one, DAY, range_cells=3) == 1
    assert sent(other, DAY) == 1
    row = QualityDay.objects.get(vehicle=one)
    assert (row.maker, row.model_name, row.day, row.received_on) == (maker, "示例轿跑", DAY, DAY)
    assert row.errors == {"range.cells": [3, 30_000, 36_000]}
    assert row.errors_number == 3
    total = model_day()
    assert (total.vehicles, total.failed, total.rows, total.owed) == (2, 1, 200, 1400)
    assert total.delays == [200, 0, 0, 0, 0, 0, 0, 0]
    error = QualityModelError.objects.get(code="range.cells")
    assert (error.count, error.vehicles) == (3, 1)
    assert AuditRow.objects.filter(action="quality.take").count() == 2


def test_what_is_told_again_moves_the_sums_by_the_difference(maker: Maker) -> None:
    vehicle = car(maker)
    sent(vehicle, DAY, range_cells=3, sum_cells=1)
    later = summary(vehicle.vehicle_id, DAY, errors={"range.cells": 5}, rows=150, realtime=150)
    assert taken(later, later) == 1
    assert model_day().rows == 150
    counts = {row.code: (row.count, row.vehicles) for row in QualityModelError.objects.all()}
    assert counts == {"range.cells": (5, 1), "sum.cells": (0, 0)}
    assert taken(later) == 1
    assert model_day().rows == 150


def test_the_echo_of_a_restart_takes_nothing_away(maker: Maker) -> None:
    vehicle = car(maker)
    sent(vehicle, DAY, range_cells=3)
    before = sums()
    assert taken(summary(vehicle.vehicle_id, DAY, rows=40, realtime=40)) == 0
    assert sums() == before


def test_a_part_received_later_counts_into_its_own_day_and_its_vehicle_once(maker: Maker) -> None:
    vehicle = car(maker)
    sent(vehicle, DAY, range_cells=3)
    late = summary(
        vehicle.vehicle_id, DAY, ago(1), errors={"range.cells": 2}, rows=20, reissued=20, realtime=0,
    )  # fmt: skip
    taken(late)
    assert QualityDay.objects.filter(vehicle=vehicle, day=DAY).count() == 2
    total = model_day()
    assert (total.vehicles, total.rows, total.reissued) == (1, 120, 20)
    error = QualityModelError.objects.get(code="range.cells")
    assert (error.count, error.vehicles) == (5, 1)


def test_the_sums_are_the_same_in_whatever_pieces_and_order_days_come(maker: Maker) -> None:
    assert differs(maker) is False


def test_sums_that_forget_what_was_counted_before_are_found_out(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, nothing = quality_sums.Sums.moved, VehicleDay.of([], 0.1)
    monkeypatch.setattr(
        quality_sums.Sums,
        "moved",
        lambda self, key, _before, after: moved(self, key, nothing, after),
    )
    assert differs(maker) is True


def differs(maker: Maker) -> bool:
    """Whether the sums of days told in steps are others than those of days told once."""
    cars = [car(maker) for _ in range(3)]
    final = [
        summary(one.vehicle_id, DAY, ago(late), errors={"range.cells": n + late}, rows=100 + n)
        for n, one in enumerate(cars)
        for late in (3, 1)
    ]
    early = [summary(one.vehicle, DAY, ago(late), rows=50, realtime=50, errors={"sum.cells": 1})
             for one in final[::2] for late in (3,)]  # fmt: skip
    taken(*early)
    for one in reversed(final):
        taken(one)
    stepwise = [row for row in sums() if row.get("code") != "sum.cells"]
    for model in (QualityDay, QualityModelDay, QualityModelError):
        model.objects.all().delete()
    taken(*final)
    return stepwise != sums()


def test_days_of_a_vehicle_that_is_not_on_file_wait_for_it(maker: Maker, operator: Person) -> None:
    vin = "LVVDB11B0RE000002"
    stranger = summary(vehicle_id(vin, KEY), DAY, errors={"range.cells": 1})
    assert taken(stranger) == 0
    assert taken(stranger) == 0
    assert QualityWaiting.objects.count() == 1
    assert quality_waiting_take(installation()) == 0
    fleet_services.vehicle_register(operator, vin=vin, key=KEY, model_name="新车型")
    assert quality_waiting_take(installation()) == 1
    assert QualityWaiting.objects.count() == 0
    assert QualityDay.objects.get().errors == {"range.cells": [1, 30_000, 36_000]}
    assert model_day("新车型").vehicles == 1


def test_a_vehicle_that_gets_another_model_keeps_the_one_its_day_was_counted_to(
    maker: Maker,
) -> None:
    vehicle = car(maker)
    sent(vehicle, DAY)
    vehicle.model_name = "改名车型"
    vehicle.save(update_fields=["model_name"])
    taken(summary(vehicle.vehicle_id, DAY, rows=150, realtime=150))
    assert (model_day().vehicles, model_day().rows) == (1, 150)
    assert not QualityModelDay.objects.filter(model_name="改名车型").exists()


def test_only_the_platform_itself_takes_days(safety_head: Person, maker: Maker) -> None:
    with pytest.raises(NotPermitted):
        quality_days_take(safety_head, told=[summary(car(maker).vehicle_id, DAY)])
    assert not QualityDay.objects.exists()


@pytest.mark.parametrize(
    ("errors", "rows", "failed"),
    [
        ({}, 1000, 0),
        ({"range.cells": 1}, 1000, 0),  # 0.1 % still passes
        ({"range.cells": 2}, 1000, 1),
        ({"odometer.track": 1}, 100_000, 1),  # found once of a day
        ({"time.late": 1000}, 1000, 0),  # told, and not counted against it
        ({"gone.class": 1000}, 1000, 0),  # of another release
    ],
)
def test_a_vehicle_fails_by_the_share_of_its_rows(
    maker: Maker, errors: dict[str, int], rows: int, failed: int
) -> None:
    taken(summary(car(maker).vehicle_id, DAY, errors=errors, rows=rows))
    assert model_day().failed == failed


def test_reports_that_gaps_swallowed_are_missing_until_they_come_reissued(maker: Maker) -> None:
    vehicle = car(maker)
    taken(summary(vehicle.vehicle_id, DAY, missing=10, lost=20))
    assert (model_day().owed, model_day().missing) == (700 + 140, 10 + 140)
    late = summary(
        vehicle.vehicle_id, DAY, ago(2), rows=15, reissued=15, realtime=0, expected=105, delays=()
    )
    taken(late)
    assert (model_day().owed, model_day().missing) == (700 + 105 + 35, 10 + 35)


def test_rates_say_what_they_are_a_share_of(maker: Maker, operator: Person) -> None:
    cars = [car(maker) for _ in range(4)]
    car(maker, scrapped_on=ago(10), scrap_proof="证明")
    sent(cars[0], DAY, range_cells=3)
    taken(summary(cars[1].vehicle_id, DAY, missing=70, driving_s=1000, gap_s=90))
    taken(summary(cars[2].vehicle_id, ago(2)))
    rates = selectors.rates_between(operator, DAY, DAY)
    assert (rates.vehicles, rates.pass_pct, rates.missing_pct) == (2, 50.0, 5.0)
    assert rates.gap_pct == 9.0
    assert rates.delay_bound_s == 1
    assert selectors.in_use(operator, DAY) == 4
    assert selectors.online_between(operator, DAY, ago(2)) == 3
    assert selectors.online_between(operator, DAY, DAY) == 2
    assert list(selectors.rates_by_day(operator, ago(9), ago(0))) == [DAY, ago(2)]
    nothing = selectors.rates_between(operator, ago(20), ago(19))
    assert (nothing.pass_pct, nothing.missing_pct, nothing.delay_bound_s) == (None, None, None)


def test_another_makers_days_are_not_seen(
    maker: Maker, other_maker: Maker, operator: Person
) -> None:
    sent(car(other_maker), DAY, range_cells=3)
    assert not selectors.quality_day_visible(operator).exists()
    assert selectors.rates_between(operator, DAY, DAY).vehicles == 0
    assert selectors.error_totals(operator, DAY, DAY) == {}
    assert selectors.error_examples(operator, "range.cells", DAY, DAY) == []
    assert selectors.newest_taken(operator) is None


def test_examples_are_bounded_and_the_newest_come_first(maker: Maker, operator: Person) -> None:
    cars = [car(maker) for _ in range(selectors.EXAMPLES + 5)]
    taken(*(summary(one.vehicle_id, DAY, errors={"range.cells": 1}) for one in cars))
    sent(cars[0], ago(1), range_cells=1)
    found = selectors.error_examples(operator, "range.cells", ago(20), ago(0))
    assert len(found) == selectors.EXAMPLES
    assert (found[0].day, found[0].vehicle) == (ago(1), cars[0])


def test_lists_of_sums_are_added_element_by_element() -> None:
    assert sums_of((), (1, 2)) == (1, 2, 0, 0, 0, 0, 0, 0)
    assert added(None, Rates(rows=3)).rows == 3
