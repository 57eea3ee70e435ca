"""Every read that reports are made of, and of the reports and the feedback themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from voltward.base.errors import NotFound
from voltward.exchange.models import FeedbackReceived, PlatformRevision, ReportDue
from voltward.exchange.report_bodies import FAULT_RULES, HAZARD_RULES, NO_LEVEL
from voltward.exchange.selectors.link_members import choice_of, links_in_force
from voltward.findings.catalogue import rule_of
from voltward.findings.hazards.items import C11, C12
from voltward.fleet import states as vehicle_states
from voltward.fleet.models import Configuration, OwnerPeriod, Vehicle
from voltward.monitoring import states, watch_states
from voltward.monitoring.models import Alarm, Episode, WatchCase
from voltward.monitoring.models.alarms import NOT_REPORTED
from voltward.monitoring.models.watch import DENSE_PARKING, LONG_OFFLINE, OVER_DISCHARGE
from voltward.records.models import Person

REPORTED: Final = frozenset((*FAULT_RULES, *HAZARD_RULES))
KNOWN_FOR: Final = timedelta(hours=24)  # the window of the hazard models (annex C, read as 24 h)


@dataclass(frozen=True)
class Now:
    """A vehicle as it stands. ``level``: highest reported of the faults that hold, 255 unknown, 0 none
    holds; ``normal``: hazards that were judged to be over within the models' window."""

    abnormal: frozenset[str]
    normal: frozenset[str]
    level: int


def makers_reporting() -> frozenset[int]:
    """Makers that report to some platform."""
    return frozenset(one.maker_id for one in links_in_force() if one.reports)


def links_reporting(vehicle: Vehicle) -> list[PlatformRevision]:
    """The settings in force of the platforms that get reports of a vehicle."""
    links = [one for one in links_in_force() if one.reports and one.maker_id == vehicle.maker_id]
    if not links or vehicle.state == vehicle_states.SCRAPPED:
        return []
    held = OwnerPeriod.objects.filter(vehicle=vehicle, until=None)
    usage, region = held.values_list("usage_class", "region_code").first() or ("", "")
    built = Configuration.objects.filter(vehicles=vehicle)
    model = built.values_list("model_id", flat=True).first()
    return [one for one in links if choice_of(one).takes(vehicle.pk, model, usage, region)]


def vehicle_now(vehicle: Vehicle, at: datetime) -> Now:
    """What holds now; ``at``: of what is reported, for what was over shortly before."""
    rows = Episode.objects.filter(vehicle=vehicle, rule__in=REPORTED, alarm__isnull=False)
    holding = dict(rows.filter(cleared_at=None).values_list("rule", "reported_level"))
    over = rows.filter(cleared_at__gte=at - KNOWN_FOR).values_list("rule", flat=True)
    levels = [
        level for rule, level in holding.items() if rule in FAULT_RULES and level != NOT_REPORTED
    ]
    has_faults = any(rule in FAULT_RULES for rule in holding)
    return Now(
        frozenset(holding) | _watched(vehicle, ended_at=None),
        # what merely happens has no end that would say that all is well
        frozenset(rule for rule in over if (found := rule_of(rule)) and not found.is_event),
        max(levels, default=NO_LEVEL if has_faults else 0),
    )


def unhandled_of(vehicle: Vehicle) -> frozenset[str]:
    """Rules of which something is open; what was merged is as open as what it was merged into."""
    rows = Alarm.objects.filter(vehicle=vehicle, rule__in=REPORTED)
    is_open = Q(state__in=states.OPEN) | Q(state=states.MERGED, merged_into__state__in=states.OPEN)
    found = rows.filter(is_open).values_list("rule", flat=True)
    return frozenset(found) | _watched(vehicle)


def _watched(vehicle: Vehicle, **only: object) -> frozenset[str]:
    """C.11 and C.12, which the watch queues judge of what is last known of a fleet."""
    cases = WatchCase.objects.filter(state__in=watch_states.GOING, **only)
    found = set()
    if cases.filter(vehicle=vehicle, queue__in=(OVER_DISCHARGE, LONG_OFFLINE)).exists():
        found.add(C11.code)
    members = Q(members__vehicle=vehicle, members__left_at=None, members__is_target=True)
    if cases.filter(members, queue=DENSE_PARKING).exists():
        found.add(C12.code)
    return frozenset(found)


def report_last(platform_id: int, vehicle_id: int, command: int) -> ReportDue | None:
    """The newest message of a kind that a platform got, or gets, of a vehicle."""
    rows = ReportDue.objects.filter(platform=platform_id, vehicle=vehicle_id, command=command)
    return rows.order_by("-pk").first()


def report_visible(actor: Person) -> QuerySet[ReportDue]:
    """Those of the actor's maker."""
    rows = ReportDue.objects.filter(maker=actor.maker_id)
    return rows.select_related("platform", "vehicle", "alarm", "repeats")


def report_by_id(actor: Person, report_id: int) -> ReportDue:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = report_visible(actor).filter(pk=report_id).first()
    if found is None:
        raise NotFound(f"report {report_id}")
    return found


def feedback_visible(actor: Person) -> QuerySet[FeedbackReceived]:
    """Those of the actor's maker."""
    rows = FeedbackReceived.objects.filter(maker=actor.maker_id)
    return rows.select_related("platform", "vehicle", "owner", "closed_by")


def feedback_by_id(actor: Person, feedback_id: int) -> FeedbackReceived:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = feedback_visible(actor).filter(pk=feedback_id).first()
    if found is None:
        raise NotFound(f"feedback {feedback_id}")
    return found


def feedback_locked(actor: Person, feedback_id: int) -> FeedbackReceived:
    """As ``feedback_by_id``, locked until the transaction ends."""
    found = feedback_by_id(actor, feedback_id)
    return FeedbackReceived.objects.select_for_update().get(pk=found.pk)


def feedback_to_do(actor: Person, owner: Person | None = None) -> QuerySet[FeedbackReceived]:
    """What waits for a verdict, the oldest first; with ``owner`` theirs and nobody's."""
    rows = feedback_visible(actor).exclude(state="closed").order_by("received_at", "pk")
    return rows if owner is None else rows.filter(Q(owner=owner) | Q(owner=None))


def alarms_beside(found: FeedbackReceived) -> list[Alarm]:
    """Hazard alarms of its vehicle, newest first: what this platform made of the same data."""
    if found.vehicle_id is None:
        return []
    rows = Alarm.objects.filter(vehicle=found.vehicle_id, rule__in=HAZARD_RULES)
    return list(rows.order_by("-opened_at", "-pk")[:10])
