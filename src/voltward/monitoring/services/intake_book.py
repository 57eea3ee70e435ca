"""What is known of the vehicles and rules that findings speak of, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models.expressions import RawSQL

from voltward.findings.finding import CLEARED, Finding
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.events import AlarmAgain, AlarmCleared, AlarmOpened, AlarmWorse
from voltward.monitoring.models import Alarm, AlarmStep, Episode
from voltward.monitoring.services.intake_rows import (
    Name,
    alarm_of,
    episode_of,
    higher_reported,
    moment,
    name_of,
)
from voltward.records.copying import among, among_pairs, copy_in
from voltward.records.events import tell_all
from voltward.records.models import Person

AT_ONCE: Final = 1000
# Columns of what is changed here, for bulk updates.
_EPISODE_FIELDS: Final = ("level", "last_at", "cleared_at", "last", "worst", "reported_level")
_ALARM_FIELDS: Final = (
    "level", "reported_level", "state", "last_at", "cleared_at", "episodes_number", "last", "worst",
    "is_late", "snoozed_until",
)  # fmt: skip


@dataclass
class IntakeBook:
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
    def of(cls, findings: Iterable[Finding], vehicles: Mapping[int, Vehicle]) -> IntakeBook:
        book = cls(vehicles)
        keys = list({vehicles[one.vehicle_id].pk for one in findings})
        named = {(vehicles[one.vehicle_id].pk, one.rule) for one in findings}
        begins = {moment(one.opened_at) for one in findings}
        for episode in Episode.objects.filter(
            among("monitoring_episode.vehicle_id", "bigint", keys),
            _named("monitoring_episode", named),
            opened_at__in=begins,
        ).select_related("alarm"):
            book.episodes[name_of(episode)] = episode
        opened = Alarm.objects.filter(
            among("monitoring_alarm.vehicle_id", "bigint", keys),
            _named("monitoring_alarm", named),
            state__in=states.OPEN,
        )
        # in the order in which the desk locks them too, so that neither waits for the other for ever
        for alarm in opened.order_by("pk").select_for_update(of=("self",)):
            book.alarms[alarm.vehicle_id, alarm.rule] = alarm
        for episode in book.episodes.values():
            # the same row of the table must be the same object here
            open_one = book.alarms.get((episode.vehicle_id, episode.rule))
            if open_one is not None and episode.alarm_id == open_one.pk:
                episode.alarm = open_one
        return book

    def take(self, finding: Finding) -> None:
        vehicle = self.vehicles[finding.vehicle_id]
        name = vehicle.pk, finding.rule, finding.profile, moment(finding.opened_at)
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
        copy_in(self.fresh_alarms)
        for episode in self.fresh_episodes:
            episode.alarm = episode.alarm  # now that it has a number
        copy_in(self.fresh_episodes)
        fresh = {id(one) for one in (*self.fresh_alarms, *self.fresh_episodes)}
        changed_alarms = [one for key, one in self.changed_alarms.items() if key not in fresh]
        changed = [one for key, one in self.changed_episodes.items() if key not in fresh]
        Alarm.objects.bulk_update(changed_alarms, _ALARM_FIELDS, batch_size=AT_ONCE)
        Episode.objects.bulk_update(changed, _EPISODE_FIELDS, batch_size=AT_ONCE)
        for step in self.steps:
            step.alarm = step.alarm
        copy_in(self.steps)
        tell_all(actor, self.news)

    def _opened(self, finding: Finding, vehicle: Vehicle, name: Name) -> None:
        episode = episode_of(finding, vehicle)
        if finding.level > 0 and not finding.profile:
            episode.alarm = self.alarm_for(finding, episode)
        self.episodes[name] = episode
        self.fresh_episodes.append(episode)

    def alarm_for(self, finding: Finding, episode: Episode) -> Alarm:
        key = episode.vehicle_id, finding.rule
        alarm = self.alarms.get(key)
        if alarm is None:
            alarm = self.alarms[key] = alarm_of(finding, episode)
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
        at = moment(finding.at)
        if at <= episode.last_at and finding.level <= episode.level:
            return
        episode.level = max(episode.level, finding.level)
        episode.reported_level = higher_reported(episode.reported_level, finding.reported_level)
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
        alarm.reported_level = higher_reported(alarm.reported_level, finding.reported_level)
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
        episode.cleared_at = moment(finding.at)
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


def _named(table: str, named: Iterable[tuple[int, str]]) -> RawSQL:
    """Rows of these vehicles and rules, and not of the rules that others of the vehicles have."""
    return among_pairs((f"{table}.vehicle_id", f"{table}.rule"), ("bigint", "text"), named)
