"""The rounds of the watch queues: who came in, who came back, whose condition ended. None is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import structlog
from django.db.models import Q
from django.utils import timezone

from voltward.monitoring import watch_states
from voltward.monitoring.models import VehicleHabit, WatchCase
from voltward.monitoring.selectors.watch_crowds import crowds_judged
from voltward.monitoring.selectors.watch_fleet import HOUR_S, Scene, scene_of
from voltward.monitoring.selectors.watch_judged import (
    Judged,
    alarms_judged,
    offline_judged,
    over_discharge_judged,
)
from voltward.monitoring.selectors.watch_limits import limits_in_force
from voltward.monitoring.selectors.watch_mileage import with_mileage
from voltward.monitoring.selectors.watch_shares import shares_judged
from voltward.monitoring.selectors.watch_silence import NewHabit, silence_judged
from voltward.monitoring.services.watch_groups import groups_kept
from voltward.monitoring.services.watch_steps import (
    BATCH,
    batches,
    cases_followed,
    cases_open,
    cases_turn,
    steps_written,
)
from voltward.monitoring.store import store
from voltward.monitoring.watching import NO, YES
from voltward.records import days
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.records.selectors import installation
from voltward.telemetry.client import Client
from voltward.telemetry.queries.parked import LastSeen, last_seen, nothing_seen

RENEWED: Final = timedelta(hours=20)  # so often at most are the numbers of a lasting case renewed
_log = structlog.get_logger("voltward.watch")


def watch_round(now: datetime | None = None) -> int:
    """Both rounds; gives how many cases opened, came back or ended.

    Raises:
        StoreAway: the store does not answer; what the office alone can tell was judged all the same.
    """
    now = now or timezone.now()
    return office_round(now) + store_round(now)


def office_round(now: datetime | None = None) -> int:
    """What needs no telemetry: rechecks that are due, frequent alarms, shares of models."""
    now, actor = now or timezone.now(), installation()
    done = rechecks_due(actor)
    for maker in Maker.objects.order_by("pk"):
        scene = scene_of(maker.pk, now, nothing_seen(), limits_in_force(maker.pk, days.today()))
        for judged in (with_mileage(scene, alarms_judged(scene)), shares_judged(scene)):
            done += cases_kept(actor, maker, scene, judged)
    return done


def store_round(now: datetime | None = None) -> int:
    """What the vehicles last sent tells of: absence, silence, over-discharge, dense parking.

    Raises:
        StoreAway: the store does not answer.
    """
    now, actor, done = now or timezone.now(), installation(), 0
    with store() as client:
        seen = last_seen(client)
        for maker in Maker.objects.order_by("pk"):
            scene = scene_of(maker.pk, now, seen, limits_in_force(maker.pk, days.today()))
            done += maker_watched(actor, maker, scene, client)
    return done


def maker_watched(actor: Person, maker: Maker, scene: Scene, client: Client) -> int:
    """One maker's part of what the store tells."""
    if not is_receiving(scene.seen, scene.at_s, scene.limits.value("queue.quiet_h")):
        # it is the platform that is silent, not the vehicles
        _log.warning("nothing was received lately: silence is not judged", maker=maker.pk)
        return 0
    silence, fresh = silence_judged(scene, client)
    if fresh:
        _habits_kept(actor, maker=maker, scene=scene, fresh=fresh)
    done = 0
    for judged in (offline_judged(scene), silence, over_discharge_judged(scene, client)):
        done += cases_kept(actor, maker, scene, judged)
    return done + groups_kept(actor, maker, scene, crowds_judged(scene, client))


def is_receiving(seen: LastSeen, at_s: float, quiet_h: float) -> bool:
    """Whether any vehicle at all was heard of in the last hours."""
    return bool(len(seen)) and at_s - float(seen.heard_s.max()) <= quiet_h * HOUR_S


@dataclass
class _Changes:
    new: list[WatchCase] = field(default_factory=list)
    again: list[WatchCase] = field(default_factory=list)
    ended: list[WatchCase] = field(default_factory=list)
    lasting: list[WatchCase] = field(default_factory=list)

    def count(self) -> int:
        return len(self.new) + len(self.again) + sum(case.is_going for case in self.ended)


def cases_kept(actor: Person, maker: Maker, scene: Scene, judged: Judged) -> int:
    """Bring the cases of one queue in step with what was judged.

    A vehicle that could not be judged keeps its case as it is. One with a verdict is not asked about
    again while the same condition lasts, until ``queue.again_d`` days have gone by.
    """
    changes = _changes(maker, scene, judged)
    for some in batches(changes.new):
        cases_open(actor, maker=maker, queue=judged.queue, cases=some)
    for some in batches(changes.again):
        cases_turn(actor, maker=maker, queue=judged.queue, cases=some, ended_at=None)
    for some in batches(changes.ended):
        cases_turn(actor, maker=maker, queue=judged.queue, cases=some, ended_at=scene.at)
    renewed = ["now", "measure", "seen_at", "vehicles_number"]
    WatchCase.objects.bulk_update(changes.lasting, renewed, batch_size=BATCH)
    return changes.count()


def _changes(maker: Maker, scene: Scene, judged: Judged) -> _Changes:
    found, now = _Changes(), scene.at
    asked_again = now - timedelta(days=scene.limits.value("queue.again_d"))
    cases = cases_followed(maker, judged.queue)
    place = _places(scene, judged, cases)
    taken: dict[int, WatchCase] = {}
    for case, i in zip(cases, place, strict=True):
        # who is no longer in the books, or left for a known reason, is followed for no longer
        answer = int(judged.answer[i]) if i >= 0 else NO
        if answer == NO and case.ended_at is None:
            found.ended.append(case)
        if answer != YES:
            continue
        taken[i] = case
        if not case.is_going:
            continue
        if case.ended_at is not None:
            found.again.append(case)
        is_old = now - case.seen_at > RENEWED
        # models are few, and their numbers move with every alarm
        if case.ended_at is not None or is_old or judged.subjects is not None:
            case.now, case.seen_at = judged.numbers(i), now
            case.measure = float(judged.measure[i])
            case.vehicles_number = case.now.get("affected", case.vehicles_number)
            found.lasting.append(case)
    for i in np.flatnonzero(judged.answer == YES).tolist():
        old = taken.get(i)
        if old is None or not (old.is_going or (old.closed_at and old.closed_at > asked_again)):
            found.new.append(_case(maker, scene, judged, i))
    last = _last_ones(maker, judged.queue, found.new)
    for one in found.new:
        one.previous = last.get((one.vehicle_id, one.subject))
    return found


def _last_ones(
    maker: Maker, queue: str, new: Sequence[WatchCase]
) -> dict[tuple[int | None, str], WatchCase]:
    """The newest earlier case about the same, by vehicle and subject."""
    about = Q(vehicle__in=[one.vehicle_id for one in new if one.vehicle_id])
    about |= Q(subject__in=[one.subject for one in new if one.subject])
    rows = WatchCase.objects.filter(about, maker=maker, queue=queue)
    return {(case.vehicle_id, case.subject): case for case in rows.order_by("pk")}


def _places(scene: Scene, judged: Judged, cases: Sequence[WatchCase]) -> list[int]:
    """Where what the cases are about stands among what was judged, -1: not there."""
    if judged.subjects is not None:
        of = {subject: i for i, subject in enumerate(judged.subjects)}
        return [of.get(case.subject, -1) for case in cases]
    if not len(scene.book):
        return [-1] * len(cases)
    order = np.argsort(scene.book.pk)
    wanted = np.array([case.vehicle_id or 0 for case in cases], np.int64)
    place = np.minimum(np.searchsorted(scene.book.pk[order], wanted), len(order) - 1)
    found = order[place]
    return [int(one) for one in np.where(scene.book.pk[found] == wanted, found, -1)]


def _case(maker: Maker, scene: Scene, judged: Judged, i: int) -> WatchCase:
    numbers = judged.numbers(i)
    return WatchCase(
        maker=maker, queue=judged.queue, **_about(scene, judged, i), opened_at=scene.at,
        seen_at=scene.at, measure=float(judged.measure[i]), now=numbers,
        vehicles_number=numbers.get("affected", 1),
        why={"numbers": numbers, "limits": judged.limits(i)},
    )  # fmt: skip


def _about(scene: Scene, judged: Judged, i: int) -> dict[str, Any]:
    book = scene.book
    if judged.subjects is not None:
        subject = judged.subjects[i]
        return {"subject": subject, "model_name": subject.partition(":")[2]}
    return {
        "vehicle_id": int(book.pk[i]),
        "model_name": book.models[book.model[i]],
        "usage_class": book.usages[book.usage[i]],
    }


@action("watch.habits", needs="watch.sweep")
def _habits_kept(actor: Person, *, maker: Maker, scene: Scene, fresh: list[NewHabit]) -> None:
    rows = [
        VehicleHabit(
            maker=maker, vehicle_id=int(scene.book.pk[one.i]), last_day=one.last_day,
            days=one.habit.days, gap_d=None if np.isnan(one.habit.gap_d) else one.habit.gap_d,
        )
        for one in fresh
    ]  # fmt: skip
    VehicleHabit.objects.bulk_create(
        rows, batch_size=5000, update_conflicts=True, unique_fields=["vehicle"],
        update_fields=["last_day", "days", "gap_d"],
    )  # fmt: skip
    after: dict[str, Any] = {"vehicles": len(rows)}
    record(actor, "watch.habits", maker, before={}, after=after, maker_id=maker.pk)


def rechecks_due(actor: Person) -> int:
    """Cases whose agreed day has come are in hand again."""
    done = 0
    for maker in Maker.objects.order_by("pk"):
        rows = WatchCase.objects.filter(
            maker=maker, state=watch_states.RECHECKING, recheck_on__lte=days.today()
        )
        for some in batches(list(rows.order_by("pk"))):
            _rechecks_turn(actor, maker=maker, cases=some)
            done += len(some)
    return done


@action("watch.due", needs="watch.sweep")
def _rechecks_turn(actor: Person, *, maker: Maker, cases: list[WatchCase]) -> None:
    rows = WatchCase.objects.filter(pk__in=[case.pk for case in cases])
    # one that was closed meanwhile stays so
    rows.filter(state=watch_states.RECHECKING).update(
        state=watch_states.after(watch_states.RECHECKING, "due")
    )
    steps_written(maker, cases, "due")
    after = {"cases": [case.pk for case in cases]}
    record(actor, "watch.due", maker, before={}, after=after, maker_id=maker.pk)
