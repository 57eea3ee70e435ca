"""Hazards C.11 and C.12 for the reports: the watch queues judge them, so they are compared now and then."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from django.db.models import Q
from django.utils import timezone

from voltward.exchange.models import ReportDue, ReportLook
from voltward.exchange.report_bodies import abnormal_of
from voltward.exchange.selectors.link_members import links_in_force
from voltward.findings.hazards.items import C11, C12
from voltward.fleet.models import Vehicle
from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase
from voltward.monitoring.models.watch import DENSE_PARKING, LONG_OFFLINE, OVER_DISCHARGE
from voltward.uplink.reports import HANDLING, HAZARDS

_OF_QUEUES: Final = frozenset({C11.code, C12.code})
Held = dict[int, set[str]]  # by vehicle, which of the two rules


def report_watch_look() -> int:
    """Queue every vehicle of which a platform was told something else than the queues say now."""
    makers = {one.maker_id for one in links_in_force() if one.reports}
    if not makers:
        return 0
    cases = WatchCase.objects.filter(maker__in=makers, state__in=watch_states.GOING)
    judged = _differing(_held(Q(ended_at=None), cases), _told(HAZARDS))
    handled = _differing(_held(Q(), cases), _told(HANDLING))
    waiting = set(ReportLook.objects.filter(alarm=None).values_list("vehicle", flat=True))
    now = timezone.now()
    vehicles = Vehicle.objects.filter(pk__in=(judged | handled) - waiting).order_by("pk")
    looks = [
        ReportLook(
            maker_id=one.maker_id, vehicle=one, rule=C11.code, moment=now,
            judged=one.pk in judged, handled=one.pk in handled,
        )
        for one in vehicles
    ]  # fmt: skip
    ReportLook.objects.bulk_create(looks, batch_size=1000)
    return len(looks)


def _held(only: Q, cases: object) -> Held:
    found: Held = defaultdict(set)
    rows = cases.filter(only)  # type: ignore[attr-defined]
    alone = rows.filter(queue__in=(OVER_DISCHARGE, LONG_OFFLINE), vehicle__isnull=False)
    for vehicle in alone.values_list("vehicle", flat=True):
        found[vehicle].add(C11.code)
    together = rows.filter(queue=DENSE_PARKING, members__left_at=None, members__is_target=True)
    for vehicle in together.values_list("members__vehicle", flat=True):
        found[vehicle].add(C12.code)
    return found


def _told(command: int) -> Held:
    """What the newest message to any platform says of the two."""
    rows = ReportDue.objects.filter(command=command).order_by("platform", "vehicle", "-pk")
    found: Held = defaultdict(set)
    for vehicle, body in rows.distinct("platform", "vehicle").values_list("vehicle", "body"):
        found[vehicle] |= _OF_QUEUES & set(abnormal_of(command, bytes.fromhex(body)))
    return found


def _differing(one: Held, other: Held) -> set[int]:
    return {
        vehicle for vehicle in {*one, *other} if one.get(vehicle) != (other.get(vehicle) or None)
    }
