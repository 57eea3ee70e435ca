"""Makes the reports 0x13 of GB/T 45688 out of frozen accident data: one for each second that has a frame.

The seconds before the accident go with their own times after it (the text has no other reissue of 0x13);
the frames themselves go as 02 and 03 like all others. A later version tells what is new in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from voltward.base.errors import NotFound
from voltward.exchange.accident_files import frames_in
from voltward.exchange.accident_samples import samples_of
from voltward.exchange.models import AccidentPackage, AccidentVersion, ReportDue
from voltward.exchange.selectors import accident_reports as selectors
from voltward.exchange.selectors.accidents import versions_of
from voltward.exchange.selectors.reports import links_reporting
from voltward.exchange.services.accident_reading import version_data
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors import installation
from voltward.uplink.reports import ACCIDENT

MAKE: Final = "accident.tell"
_log = structlog.get_logger("voltward.accidents")


def accident_reports_make() -> int:
    """Work off what people decided to report; gives how many reports were made."""
    actor, made = installation(), 0
    for package in selectors.packages_to_report():
        version = versions_of(package).first()
        if version is None:
            continue
        try:
            samples = samples_of(one.frame for one in frames_in(version_data(version)))
        except NotFound as error:
            _log.error("accident reports wait", package=package.pk, error=str(error))
            continue
        made += _accident_tell(actor, package=package, version=version, samples=samples)
    return made


@action(MAKE, needs="report.make")
def _accident_tell(
    actor: Person, *, package: AccidentPackage, version: AccidentVersion,
    samples: Mapping[datetime, bytes],
) -> int:  # fmt: skip
    locked = AccidentPackage.objects.select_for_update().get(pk=package.pk)
    is_newest = versions_of(locked).values_list("number", flat=True).first() == version.number
    wanted = [
        one
        for link in links_reporting(package.vehicle)
        for one in _wanted(package, link.platform_id, samples)
    ]
    ReportDue.objects.bulk_create(wanted)
    # a version frozen meanwhile is told in the next round
    AccidentPackage.objects.filter(pk=package.pk).update(is_told=is_newest)
    platforms = sorted({one.platform_id for one in wanted})
    after = {"version": version.number, "reports": len(wanted), "platforms": platforms}
    record(actor, MAKE, package, before={}, after=after, maker_id=package.maker_id)
    return len(wanted)


def _wanted(
    package: AccidentPackage, platform_id: int, samples: Mapping[datetime, bytes]
) -> list[ReportDue]:
    """Seconds that the platform was not told of, or was told otherwise."""
    told = selectors.samples_told(platform_id, package)
    found = []
    for moment, body in samples.items():
        before = told.get(moment, [])
        if before and before[-1].body == body.hex():
            continue
        found.append(ReportDue(
            maker_id=package.maker_id, platform_id=platform_id, vehicle_id=package.vehicle_id,
            command=ACCIDENT, moment=moment, body=body.hex(), alarm_id=package.alarm_id,
            correction=len(before),
        ))  # fmt: skip
    return found
