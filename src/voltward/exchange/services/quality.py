"""What the stream of data quality becomes: days of vehicles, sums by model. In bulk, the same twice over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from voltward.exchange.models import QualityDay, QualityWaiting
from voltward.exchange.quality_sums import Key, Sums, VehicleDay
from voltward.exchange.selectors.quality_limits import quality_limits
from voltward.exchange.services.quality_sums import sums_written
from voltward.fleet.models import Vehicle
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.uplink.quality.summary import Summary, summary_from_json, summary_to_json

TAKE: Final = "quality.take"
LOCK: Final = 0x56_57_51_31  # any number of ours
AT_ONCE: Final = 2000
_EPOCH: Final = date(1970, 1, 1)
_PLAIN: Final = (
    "rows", "reissued", "realtime", "expected", "missing", "lost", "driving_s", "gap_s", "delay_ms",
    "begin_s", "end_s", "track_m", "path_m", "wheel_m",
)  # fmt: skip
_RENEWED: Final = (*_PLAIN, "delays", "errors", "errors_number", "taken_at")
Parts = dict[tuple[int, date], dict[date, QualityDay]]


def quality_days_take(actor: Person, *, told: Sequence[Summary]) -> int:
    """Put down what the stream tells; gives how many days changed.

    A day told with fewer rows than are known is the echo of a restart and changes nothing. Days of a
    vehicle that is not on file yet are kept and taken later.
    """
    newest = {(one.vehicle, one.day, one.received): one for one in told}
    return _quality_take(actor, told=list(newest.values())) if newest else 0


def quality_waiting_take(actor: Person) -> int:
    """Take what waited for its vehicle to be put on file; gives how many days."""
    numbers = QualityWaiting.objects.values_list("vehicle_number", flat=True).distinct()
    known = list(
        Vehicle.objects.filter(vehicle_id__in=list(numbers)).values_list("vehicle_id", flat=True)
    )
    rows = list(QualityWaiting.objects.filter(vehicle_number__in=known).order_by("pk")[:AT_ONCE])
    if not rows:
        return 0
    told = [summary_from_json(row.body) for row in rows]
    return _quality_take(actor, told=told, waited=[row.pk for row in rows])


@action(TAKE, needs=TAKE)
def _quality_take(actor: Person, *, told: Sequence[Summary], waited: Sequence[int] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    numbers = {one.vehicle for one in told}
    vehicles = {one.vehicle_id: one for one in Vehicle.objects.filter(vehicle_id__in=numbers)}
    QualityWaiting.objects.filter(pk__in=waited).delete()
    strangers = [one for one in told if one.vehicle not in vehicles]
    _kept_waiting(strangers)
    changed, sums = _changed([one for one in told if one.vehicle in vehicles], vehicles)
    QualityDay.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["vehicle", "day", "received_on"],
        update_fields=_RENEWED, batch_size=AT_ONCE,
    )  # fmt: skip
    sums_written(sums)
    makers = Counter(one.maker_id for one in changed)
    for maker in Maker.objects.filter(pk__in=makers):
        record(actor, TAKE, maker, before={}, after={"days": makers[maker.pk]}, maker_id=maker.pk)
    if not makers:
        record(actor, TAKE, actor, before={}, after={"waiting": len(strangers)})
    return len(changed)


def _changed(
    told: Sequence[Summary], vehicles: Mapping[int, Vehicle]
) -> tuple[list[QualityDay], Sums]:
    """The rows that become others, and what that moves in the sums."""
    parts = _parts({vehicles[one.vehicle].pk for one in told}, {_date(one.day) for one in told})
    shares: dict[tuple[int, date], float] = {}
    changed, sums = [], Sums()
    of_day: dict[tuple[int, date], list[QualityDay]] = defaultdict(list)
    for one in told:
        row = _row(one, vehicles[one.vehicle])
        known = parts.get((row.vehicle_id, row.day), {}).get(row.received_on)
        if known is None or known.rows <= row.rows:
            of_day[row.vehicle_id, row.day].append(row)
    for key, rows in of_day.items():
        before = parts.get(key, {})
        # a vehicle that got another model keeps the one that its day was counted to
        model = next((one.model_name for one in before.values()), rows[0].model_name)
        for row in rows:
            row.model_name = model
        after = {**before, **{row.received_on: row for row in rows}}
        maker, day = rows[0].maker_id, key[1]
        if (maker, day) not in shares:
            # the day's own: what was counted by it is taken away by it
            shares[maker, day] = quality_limits(maker, day)["pass_share_pct"].value
        old, new = (VehicleDay.of(some.values(), shares[maker, day]) for some in (before, after))
        sums.moved(Key(maker, model, day), old, new)
        changed += rows
    return changed, sums


def _parts(vehicles: set[int], on: set[date]) -> Parts:
    found: Parts = defaultdict(dict)
    for row in QualityDay.objects.filter(vehicle__in=vehicles, day__in=on):
        found[row.vehicle_id, row.day][row.received_on] = row
    return found


def _row(summary: Summary, vehicle: Vehicle) -> QualityDay:
    errors = {code: [one.count, one.first_s, one.last_s] for code, one in summary.errors.items()}
    return QualityDay(
        maker_id=vehicle.maker_id, vehicle=vehicle, model_name=vehicle.model_name,
        day=_date(summary.day), received_on=_date(summary.received), delays=list(summary.delays),
        errors=errors, errors_number=sum(one.count for one in summary.errors.values()),
        taken_at=timezone.now(), **{name: getattr(summary, name) for name in _PLAIN},
    )  # fmt: skip


def _kept_waiting(strangers: Sequence[Summary]) -> None:
    QualityWaiting.objects.bulk_create(
        [
            QualityWaiting(
                vehicle_number=one.vehicle, day=one.day, received=one.received,
                body=summary_to_json(one),
            )
            for one in strangers
        ],
        update_conflicts=True, unique_fields=["vehicle_number", "day", "received"],
        update_fields=["body"],
    )  # fmt: skip


def _date(number: int) -> date:
    return _EPOCH + timedelta(days=number)
