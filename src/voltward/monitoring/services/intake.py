"""What the stream of findings becomes: episodes, alarms, their log. In bulk, and the same twice over.

One follower calls this, and a job for findings that had to wait; a lock of the transaction keeps the
two apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from voltward.findings.finding import (
    CLEARED,
    EVENT,
    REOPENED,
    THERMAL_EVENT,
    Finding,
    finding_from_json,
    finding_to_json,
)
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.events import AlarmAgain, AlarmCleared, AlarmOpened, AlarmWorse
from voltward.monitoring.models import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Maker, Person

FINDING_TAKE: Final = "finding.take"
REISSUE: Final = 3  # command of GB/T 32960.3 table 3
LOCK: Final = 0x56_57_46_31  # any number of ours
AT_ONCE: Final = 1000
_REPORTED_RULES: Final = ("fault.", "reported.")
# Columns of what is changed here, for bulk updates.
_EPISODE_FIELDS: Final = ("level", "last_at", "cleared_at", "last", "worst", "reported_level")
_ALARM_FIELDS: Final = (
    "level", "reported_level", "state", "last_at", "cleared_at", "episodes_number", "last", "worst",
    "is_late", "snoozed_until",
)  # fmt: skip

Name = tuple[int, str, str, datetime]


@dataclass
class Taken:
    """What one call did."""

    episodes: int = 0
    alarms: int = 0
    waiting: int = 0
    reopened: list[Finding] = field(default_factory=list)


def findings_take(actor: Person, *, findings: Sequence[Finding]) -> Taken:
    """Put down what the stream told; findings that are known already change nothing.

    Findings of a vehicle that is not on file yet are kept and taken later.
    """
    reopened = [one for one in findings if one.kind == REOPENED]
    told = [one for one in findings if one.kind != REOPENED]
    taken = _findings_take(actor, findings=told) if told else Taken()
    taken.reopened = reopened
    return taken


def waiting_findings_take(actor: Person) -> int:
    """Take what waited for its vehicle to be put on file; returns how many."""
    numbers = WaitingFinding.objects.values_list("vehicle_number", flat=True).distinct()
    known = list(
        Vehicle.objects.filter(vehicle_id__in=list(numbers)).values_list("vehicle_id", flat=True)
    )
    rows = list(WaitingFinding.objects.filter(vehicle_number__in=known).order_by("id")[:AT_ONCE])
    if not rows:
        return 0
    found = [finding_from_json(json.dumps(row.body).encode()) for row in rows]
    _findings_take(actor, findings=found, waited=[row.pk for row in rows])
    return len(rows)


@action(FINDING_TAKE, needs=FINDING_TAKE)
def _findings_take(
    actor: Person, *, findings: Sequence[Finding], waited: Sequence[int] = ()
) -> Taken:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    numbers = {one.vehicle_id for one in findings}
    vehicles = {
        one.vehicle_id: one
        for one in Vehicle.objects.filter(vehicle_id__in=numbers).select_related("maker")
    }
    strangers = [one for one in findings if one.vehicle_id not in vehicles]
    WaitingFinding.objects.bulk_create(
        WaitingFinding(vehicle_number=one.vehicle_id, body=json.loads(finding_to_json(one)))
        for one in strangers
    )
    WaitingFinding.objects.filter(pk__in=waited).delete()
    known = [one for one in findings if one.vehicle_id in vehicles]
    book = _Book.of(known, vehicles)
    for finding in known:
        book.take(finding)
    book.write(actor)
    makers: Counter[Maker] = Counter(vehicles[one.vehicle_id].maker for one in known)
    for maker, count in makers.items():
        record(actor, FINDING_TAKE, maker, before={}, after={"findings": count}, maker_id=maker.pk)
    if not makers:
        record(actor, FINDING_TAKE, actor, before={}, after={"waiting": len(strangers)})
    return Taken(len(book.fresh_episodes), len(book.fresh_alarms), len(strangers))


@dataclass
class _Book:
    """What is known of the vehicles and rules concerned, and what becomes of it, in memory."""

    vehicles: Mapping[int, Vehicle]
    episodes: dict[Name, Episode] = field(default_factory=dict)
    alarms: dict[tuple[int, str], Alarm] = field(default_factory=dict)  # open ones
    fresh_episodes: list[Episode] = field(default_factory=list)
    fresh_alarms: list[Alarm] = field(default_factory=list)
    changed_episodes: dict[int, Episode] = field(default_factory=dict)
    changed_alarms: dict[int, Alarm] = field(default_factory=dict)
    steps: list[AlarmStep] = field(default_factory=list)
    news: list[object] = field(default_factory=list)

    @classmethod
    def of(cls, findings: Iterable[Finding], vehicles: Mapping[int, Vehicle]) -> _Book:
        book = cls(vehicles)
        keys = {vehicles[one.vehicle_id].pk for one in findings}
        rules = {one.rule for one in findings}
        begins = {_moment(one.opened_at) for one in findings}
        for episode in Episode.objects.filter(
            vehicle__in=keys, rule__in=rules, opened_at__in=begins
        ).select_related("alarm"):
            book.episodes[_name(episode)] = episode
        opened = Alarm.objects.filter(vehicle__in=keys, rule__in=rules, state__in=states.OPEN)
        for alarm in opened.select_for_update(of=("self",)):
            book.alarms[alarm.vehicle_id, alarm.rule] = alarm
        for episode in book.episodes.values():
            # the same row of the table must be the same object here
            open_one = book.alarms.get((episode.vehicle_id, episode.rule))
            if open_one is not None and episode.alarm_id == open_one.pk:
                episode.alarm = open_one
        return book

    def take(self, finding: Finding) -> None:
        vehicle = self.vehicles[finding.vehicle_id]
        name = vehicle.pk, finding.rule, finding.profile, _moment(finding.opened_at)
        episode = self.episodes.get(name)
        if episode is None:
            self._opened(finding, vehicle, name)
            if finding.kind != CLEARED:
                return
            episode = self.episodes[name]
        if finding.kind == CLEARED:
            self._cleared(finding, episode)
        else:
            self._worse(finding, episode)

    def write(self, actor: Person) -> None:
        Alarm.objects.bulk_create(self.fresh_alarms, batch_size=AT_ONCE)
        for episode in self.fresh_episodes:
            episode.alarm = episode.alarm  # now that it has a number
        Episode.objects.bulk_create(self.fresh_episodes, batch_size=AT_ONCE)
        fresh = {id(one) for one in (*self.fresh_alarms, *self.fresh_episodes)}
        changed_alarms = [one for key, one in self.changed_alarms.items() if key not in fresh]
        changed = [one for key, one in self.changed_episodes.items() if key not in fresh]
        Alarm.objects.bulk_update(changed_alarms, _ALARM_FIELDS, batch_size=AT_ONCE)
        Episode.objects.bulk_update(changed, _EPISODE_FIELDS, batch_size=AT_ONCE)
        for step in self.steps:
            step.alarm = step.alarm
        AlarmStep.objects.bulk_create(self.steps, batch_size=AT_ONCE)
        for news in self.news:
            tell(actor, news)

    def _opened(self, finding: Finding, vehicle: Vehicle, name: Name) -> None:
        episode = _episode(finding, vehicle)
        if finding.level > 0 and not finding.profile:
            episode.alarm = self._alarm(finding, episode)
        self.episodes[name] = episode
        self.fresh_episodes.append(episode)

    def _alarm(self, finding: Finding, episode: Episode) -> Alarm:
        key = episode.vehicle_id, finding.rule
        alarm = self.alarms.get(key)
        if alarm is None:
            alarm = self.alarms[key] = _alarm(finding, episode)
            self.fresh_alarms.append(alarm)
            self._step(alarm, "opened", finding)
            self.news.append(AlarmOpened(alarm))
            return alarm
        alarm.episodes_number += 1
        alarm.cleared_at = episode.cleared_at
        alarm.last_at = max(alarm.last_at, episode.opened_at)
        alarm.last = episode.first
        alarm.is_late = alarm.is_late and finding.late
        self._step(alarm, "again", finding)
        self.news.append(AlarmAgain(alarm))
        self._raised(alarm, finding)
        return alarm

    def _worse(self, finding: Finding, episode: Episode) -> None:
        at = _moment(finding.at)
        if at <= episode.last_at and finding.level <= episode.level:
            return
        episode.level = max(episode.level, finding.level)
        episode.reported_level = _higher(episode.reported_level, finding.reported_level)
        episode.last_at = max(episode.last_at, at)
        episode.last = episode.worst = dict(finding.values)
        self.changed_episodes[id(episode)] = episode
        alarm = episode.alarm
        if alarm is None or not alarm.is_open:
            return
        alarm.last_at = max(alarm.last_at, at)
        alarm.last = alarm.worst = dict(finding.values)
        self._step(alarm, "worse", finding)
        self._raised(alarm, finding, always=True)

    def _raised(self, alarm: Alarm, finding: Finding, *, always: bool = False) -> None:
        before = alarm.level
        alarm.level = max(before, finding.level)
        alarm.reported_level = _higher(alarm.reported_level, finding.reported_level)
        if alarm.level > before:
            alarm.worst = dict(finding.values)
            if alarm.state == states.SNOOZED:  # who put it aside put a lesser thing aside
                alarm.state = states.after(alarm.state, "worsen")
                alarm.snoozed_until = None
        self.changed_alarms[id(alarm)] = alarm
        if always or alarm.level > before:
            self.news.append(AlarmWorse(alarm, before))

    def _cleared(self, finding: Finding, episode: Episode) -> None:
        if episode.cleared_at is not None:
            return
        episode.cleared_at = _moment(finding.at)
        episode.last_at = max(episode.last_at, episode.cleared_at)
        self.changed_episodes[id(episode)] = episode
        alarm = episode.alarm
        if alarm is None or not alarm.is_open or alarm.cleared_at is not None:
            return
        alarm.cleared_at = episode.cleared_at
        self.changed_alarms[id(alarm)] = alarm
        self._step(alarm, "cleared", finding)
        self.news.append(AlarmCleared(alarm))

    def _step(self, alarm: Alarm, kind: str, finding: Finding) -> None:
        facts: dict[str, Any] = {
            "at": finding.at,
            "level": finding.level,
            "reported_level": finding.reported_level,
            "values": dict(finding.values),
        }
        self.steps.append(AlarmStep(maker_id=alarm.maker_id, alarm=alarm, kind=kind, facts=facts))


def _episode(finding: Finding, vehicle: Vehicle) -> Episode:
    at, opened_at = _moment(finding.at), _moment(finding.opened_at)
    limit = finding.limit
    return Episode(
        maker_id=vehicle.maker_id,
        vehicle=vehicle,
        rule=finding.rule,
        profile=finding.profile,
        level=finding.level,
        reported_level=finding.reported_level,
        opened_at=opened_at,
        received_at=datetime.fromtimestamp(finding.received_ms / 1000, UTC),
        last_at=at,
        cleared_at=opened_at if finding.kind == EVENT else None,
        is_late=finding.late,
        first=dict(finding.values),
        last=dict(finding.values),
        worst=dict(finding.values),
        state_then=dict(finding.state),
        limit={}
        if limit is None
        else {
            "key": limit.key,
            "value": limit.value,
            "unit": limit.unit,
            "revision": limit.revision,
        },
        cell=finding.cell,
        stream=finding.stream,
        position=finding.position,
    )


def _alarm(finding: Finding, episode: Episode) -> Alarm:
    return Alarm(
        maker_id=episode.maker_id,
        vehicle=episode.vehicle,
        rule=finding.rule,
        source="reported" if finding.rule.startswith(_REPORTED_RULES) else "own",
        level=min(finding.level, THERMAL_EVENT),
        reported_level=finding.reported_level,
        opened_at=episode.opened_at,
        received_at=episode.received_at,
        last_at=episode.last_at,
        cleared_at=episode.cleared_at,
        is_late=finding.late,
        is_reissue=finding.command == REISSUE,
        first=episode.first,
        last=episode.last,
        worst=episode.worst,
        state_then=episode.state_then,
        limit=episode.limit,
        cell=episode.cell,
    )


def _higher(one: int, other: int) -> int:
    """Of two reported levels, of which 255 says that there was none."""
    told = [level for level in (one, other) if level != 255]
    return max(told) if told else 255


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)


def _name(episode: Episode) -> Name:
    return episode.vehicle_id, episode.rule, episode.profile, episode.opened_at
