"""What the stream of findings becomes: episodes, alarms, their log. In bulk, and the same twice over.

One follower calls this, and a job for findings that had to wait; a lock of the transaction keeps the
two apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from voltward.findings.finding import REOPENED, Finding, finding_from_json, finding_to_json
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import WaitingFinding
from voltward.monitoring.services.intake_book import AT_ONCE, IntakeBook
from voltward.records.actions import action, record
from voltward.records.copying import among
from voltward.records.models import Maker, Person

FINDING_TAKE: Final = "finding.take"
LOCK: Final = 0x56_57_46_31  # any number of ours


@dataclass
class Taken:
    """What one call did."""

    episodes: int = 0
    alarms: int = 0
    waiting: int = 0


def findings_take(actor: Person, *, findings: Sequence[Finding]) -> Taken:
    """Put down what the stream told; findings that are known already change nothing.

    Findings of a vehicle that is not on file yet are kept and taken later.
    """
    # hours to judge again are for whoever follows the stream beside the store
    told = [one for one in findings if one.kind != REOPENED]
    return _findings_take(actor, findings=told) if told else Taken()


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
    numbers = among(
        "fleet_vehicle.vehicle_id", "bigint", list({one.vehicle_id for one in findings})
    )
    filed = Vehicle.objects.only("maker_id", "vehicle_id").filter(numbers)  # all that alarms need
    vehicles = {one.vehicle_id: one for one in filed}
    strangers = [one for one in findings if one.vehicle_id not in vehicles]
    WaitingFinding.objects.bulk_create(
        WaitingFinding(vehicle_number=one.vehicle_id, body=json.loads(finding_to_json(one)))
        for one in strangers
    )
    WaitingFinding.objects.filter(pk__in=waited).delete()
    known = [one for one in findings if one.vehicle_id in vehicles]
    book = IntakeBook.of(known, vehicles)
    for finding in known:
        book.take(finding)
    book.write(actor)
    counts = Counter(vehicles[one.vehicle_id].maker_id for one in known)
    for maker in Maker.objects.filter(pk__in=counts).order_by("pk"):
        told = {"findings": counts[maker.pk]}
        record(actor, FINDING_TAKE, maker, before={}, after=told, maker_id=maker.pk)
    if not counts:
        record(actor, FINDING_TAKE, actor, before={}, after={"waiting": len(strangers)})
    return Taken(len(book.fresh_episodes), len(book.fresh_alarms), len(strangers))
