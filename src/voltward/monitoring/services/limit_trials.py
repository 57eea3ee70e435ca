"""Trying a draft of limits on stored rows: asked for by a person, worked off by the office process."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput, Refused, WrongState
from voltward.findings.history import rows_of_history
from voltward.fleet.models import Vehicle
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_trying import NOW, TRIED, Result, differing, tried
from voltward.monitoring.models import LimitTrial
from voltward.monitoring.selectors.limit_groups import groups_tried, limit_members
from voltward.monitoring.selectors.limits import limit_revision_by_id, vehicles_of
from voltward.monitoring.store import StoreAway, store
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors import installation

LONGEST: Final = timedelta(days=31)
MOST_VEHICLES: Final = 10_000
TRIES: Final = 3  # a run that ends with its process is begun anew so often
TELL_EVERY_S: Final = 0.5
_OPEN: Final = ("waiting", "running")


@action("limit.trial", needs="limit.propose")
def limit_trial_ask(
    actor: Person,
    *,
    revision_id: int,
    begins_at: datetime,
    ends_at: datetime,
    most_vehicles: int = 1000,
) -> LimitTrial:
    """Have a revision tried on the rows of a span; the job ``limit-trials`` does it.

    Raises:
        NotFound: no such revision of the actor's maker.
        BadInput: no span, one of more than ``LONGEST`` or to come, or a number out of range.
        WrongState: it was dropped, or a trial of it is under way.
    """
    revision = limit_revision_by_id(actor, revision_id)
    if (
        begins_at.tzinfo is None
        or ends_at.tzinfo is None
        or not (timedelta() < ends_at - begins_at <= LONGEST)
        or begins_at >= timezone.now()
    ):
        raise BadInput(f"span {begins_at} to {ends_at}: at most {LONGEST.days} days that are over")
    if not 1 <= most_vehicles <= MOST_VEHICLES:
        raise BadInput(f"most_vehicles {most_vehicles}: expected 1 to {MOST_VEHICLES}")
    under_way = LimitTrial.objects.filter(revision=revision, state__in=_OPEN).exists()
    if revision.state == states.DROPPED or under_way:
        raise WrongState(f"limit revision {revision_id} is dropped, or a trial is under way")
    row = LimitTrial.objects.create(
        maker_id=revision.maker_id, revision=revision, values=revision.values, asked_by=actor,
        begins_at=begins_at, ends_at=ends_at, most_vehicles=most_vehicles,
    )  # fmt: skip
    after = {
        "trial": row.pk, "begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat(),
        "most_vehicles": most_vehicles,
    }  # fmt: skip
    record(actor, "limit.trial", revision, before={}, after=after)
    return row


def limit_trials_run() -> int:
    """Work off the oldest trial that waits, or whose process ended; how many were finished."""
    row = LimitTrial.objects.filter(state__in=_OPEN).order_by("pk").first()
    if row is None:
        return 0
    if row.tries >= TRIES:
        _limit_trial_end(installation(), trial=row, failure="gave_up")
        return 1
    LimitTrial.objects.filter(pk=row.pk).update(state="running", tries=row.tries + 1)
    try:
        result = _run(row)
    except StoreAway:
        # it waits for the store and has not used up a try
        LimitTrial.objects.filter(pk=row.pk).update(state="waiting", tries=row.tries)
        return 0
    except Refused as refusal:
        _limit_trial_end(installation(), trial=row, failure=refusal.code)
        return 1
    _limit_trial_end(installation(), trial=row, result=result)
    return 1


@action("limit.trial_end", needs="limit.try")
def _limit_trial_end(
    actor: Person, *, trial: LimitTrial, result: dict[str, Any] | None = None, failure: str = ""
) -> None:
    trial.state = "failed" if failure else "done"
    trial.result, trial.failure, trial.done_at = result or {}, failure, timezone.now()
    trial.save(update_fields=["state", "result", "failure", "done_at"])
    counts = trial.result.get("vehicle_counts", {})
    record(
        actor, "limit.trial_end", trial.revision, before={"state": "running"},
        after={"trial": trial.pk, "state": trial.state, "failure": failure, "vehicles": counts},
        maker_id=trial.maker_id,
    )  # fmt: skip


def _run(trial: LimitTrial) -> dict[str, Any]:
    # numbers of vehicles are keyed hashes, so their order is a sample without any order
    vehicles = vehicles_of(trial.revision.limit_set).order_by("vehicle_id")
    in_scope = vehicles.count()
    chosen = vehicles[: trial.most_vehicles]
    now, then = groups_tried(trial.revision, trial.values)
    members = list(limit_members(now, chosen))
    if members != list(limit_members(then, chosen)):
        raise WrongState("vehicles changed while the trial began")
    groups = {NOW: now.groups, TRIED: then.groups}
    told = _Progress(trial, len(members))
    result = Result()
    if differing(now.groups, then.groups):
        with store() as client:
            numbers = [vehicle for vehicle, _ in members]
            rows = rows_of_history(client, numbers, trial.begins_at, trial.ends_at)
            for vehicle, so_far in tried(rows, groups, members):
                result = so_far
                told(vehicle, so_far.rows)
    told.end(result.rows)
    return {**_with_keys(result.as_json()), "in_scope": in_scope, "tried": len(members)}


def _with_keys(result: dict[str, Any]) -> dict[str, Any]:
    """Vehicles by their key in the office: the number of the store is none of the reader's."""
    numbers = [one for one, *_ in result["vehicles"]]
    found = Vehicle.objects.filter(vehicle_id__in=numbers).values_list("vehicle_id", "pk")
    keys = dict(found)
    return {
        **result,
        "vehicles": [[keys[one], *counts] for one, *counts in result["vehicles"] if one in keys],
    }


class _Progress:
    """Tells twice a second how many vehicles are behind; pages ask for it."""

    def __init__(self, trial: LimitTrial, total: int) -> None:
        self._rows = LimitTrial.objects.filter(pk=trial.pk)
        self._rows.update(vehicles_total=total, vehicles_done=0, rows_judged=0)
        self._total, self._seen, self._due = total, set[int](), time.monotonic() + TELL_EVERY_S

    def __call__(self, vehicle: int, rows: int) -> None:
        self._seen.add(vehicle)
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + TELL_EVERY_S
            # the one that is being judged is not behind yet
            self._rows.update(vehicles_done=len(self._seen) - 1, rows_judged=rows)

    def end(self, rows: int) -> None:
        self._rows.update(vehicles_done=self._total, rows_judged=rows)
