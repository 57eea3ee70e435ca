"""What public platforms were told of an accident, and what is still to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from voltward.exchange.accident_states import FROZEN
from voltward.exchange.models import AccidentPackage, ReportDue
from voltward.exchange.selectors.accidents import window_of
from voltward.uplink.reports import ACCIDENT


@dataclass(frozen=True)
class Told:
    """``count`` messages to a platform that stand at ``state``, in words."""

    platform: str
    state: str
    count: int


def reports_of(package: AccidentPackage) -> list[Told]:
    """By platform and state; what another package of the same seconds told is the same message."""
    window = window_of(package)
    rows = ReportDue.objects.filter(
        vehicle=package.vehicle_id,
        command=ACCIDENT,
        moment__range=(window.begins_at, window.ends_at),
    )
    words = {code: str(title) for code, title in ReportDue.STATES}
    counted = rows.order_by("platform__title", "state").values_list("platform__title", "state")
    return [Told(title, words[state], n) for title, state, n in counted.annotate(n=Count("pk"))]


def packages_to_report() -> list[AccidentPackage]:
    """Of all makers, those whose newest version is not told yet, oldest first."""
    rows = AccidentPackage.objects.filter(state__in=FROZEN, report_asked_by__isnull=False)
    return list(rows.filter(is_told=False).select_related("vehicle").order_by("pk"))


def samples_told(platform_id: int, package: AccidentPackage) -> dict[object, list[ReportDue]]:
    """What a platform was told of the seconds of a package, by second, oldest first."""
    window = window_of(package)
    rows = ReportDue.objects.filter(
        platform=platform_id, vehicle=package.vehicle_id, command=ACCIDENT,
        moment__range=(window.begins_at, window.ends_at),
    ).order_by("pk")  # fmt: skip
    found: dict[object, list[ReportDue]] = {}
    for one in rows:
        found.setdefault(one.moment, []).append(one)
    return found
