"""Every read of packages of accident data, and of the frames that one is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery

from voltward.base.errors import NotFound
from voltward.exchange import accident_states as states
from voltward.exchange.accident_frames import Captured, Window
from voltward.exchange.models import AccidentPackage, AccidentVersion
from voltward.exchange.selectors.link_rules import link_rule, span_of
from voltward.fleet.models import Vehicle
from voltward.monitoring.selectors.telemetry import frame_of_row
from voltward.monitoring.store import store
from voltward.records.actions import label
from voltward.records.models import Attachment, Person
from voltward.telemetry.queries.frames import frame_list

MOST_ROWS: Final = 10_000  # 61 s at more than a hundred frames a second
_SECOND: Final = timedelta(seconds=1)


def accident_visible(actor: Person) -> QuerySet[AccidentPackage]:
    """Those of the actor's maker; the platform itself sees all. ``version``: of the newest."""
    rows = AccidentPackage.objects.select_related("vehicle", "alarm", "asked_by", "report_asked_by")
    newest = AccidentVersion.objects.filter(package=OuterRef("pk")).order_by("-number")
    rows = rows.annotate(version=Subquery(newest.values("number")[:1]))
    return rows if actor.maker_id is None else rows.filter(maker=actor.maker_id)


def accident_by_id(actor: Person, package_id: int) -> AccidentPackage:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = accident_visible(actor).filter(pk=package_id).first()
    if found is None:
        raise NotFound(f"accident package {package_id}")
    return found


def accident_locked(actor: Person, package_id: int) -> AccidentPackage:
    """As ``accident_by_id``, locked until the transaction ends."""
    found = accident_by_id(actor, package_id)
    return AccidentPackage.objects.select_for_update().get(pk=found.pk)


def versions_of(package: AccidentPackage) -> QuerySet[AccidentVersion]:
    """Newest first."""
    return package.versions.order_by("-number")


def version_by_number(actor: Person, package_id: int, number: int) -> AccidentVersion:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    package = accident_by_id(actor, package_id)
    found = package.versions.select_related("package__vehicle").filter(number=number).first()
    if found is None:
        raise NotFound(f"accident package {package_id} version {number}")
    return found


def version_by_id(actor: Person, version_id: int) -> AccidentVersion:
    """As ``version_by_number``."""
    rows = AccidentVersion.objects.select_related("package__vehicle").filter(pk=version_id)
    found = rows.filter(package__in=accident_visible(actor).values("pk")).first()
    if found is None:
        raise NotFound(f"accident version {version_id}")
    return found


def held_with(version_id: int) -> tuple[str, ...]:
    """Labels on which a legal hold holds the file of a version too."""
    found = AccidentVersion.objects.select_related("package__vehicle").filter(pk=version_id).first()
    return (label(found.package), label(found.package.vehicle)) if found else ()


def file_of(version: AccidentVersion) -> Attachment | None:
    """Its file in the attachment store; None once its period was over and somebody deleted it."""
    rows = Attachment.objects.filter(record=label(version), content=version.sha256)
    return rows.select_related("content", "retention_class").first()


def span_in_force(maker_id: int, code: str, at: datetime) -> timedelta:
    """Of a dated rule; nothing where it is switched off."""
    rule = link_rule(maker_id, code, at)
    return span_of(rule) if rule else timedelta()


def window_of(package: AccidentPackage) -> Window:
    """By the rules in force at the moment."""
    before, after = (
        span_in_force(package.maker_id, code, package.moment)
        for code in ("accident_before", "accident_after")
    )
    return Window(package.moment, before, after)


def settled_at(package: AccidentPackage) -> datetime:
    """When it may be frozen: its window is past, by the vehicle's clock and by ours, and has come in."""
    window = window_of(package)
    past = max(window.ends_at, package.asked_at + window.after)
    return past + span_in_force(package.maker_id, "accident_settles", package.moment)


def accidents_waiting() -> list[AccidentPackage]:
    """Of all makers, what is not frozen yet; the oldest first."""
    rows = AccidentPackage.objects.filter(state=states.WAITING)
    return list(rows.select_related("vehicle", "maker", "alarm").order_by("pk"))


def accidents_watched(now: datetime, looked_before: datetime) -> list[AccidentPackage]:
    """Frozen ones of which more may still come in, those longest not looked at first."""
    oldest = now - max(_late_spans(now), default=timedelta())
    rows = AccidentPackage.objects.filter(
        state__in=states.FROZEN, asked_at__gte=oldest, looked_at__lt=looked_before
    )
    return [
        one
        for one in rows.select_related("vehicle", "maker", "alarm").order_by("looked_at")
        if one.asked_at >= now - span_in_force(one.maker_id, "accident_late", now)
    ]


def _late_spans(now: datetime) -> Sequence[timedelta]:
    makers = AccidentPackage.objects.order_by().values_list("maker", flat=True).distinct()
    return [span_in_force(maker, "accident_late", now) for maker in makers]


def frames_around(vehicle: Vehicle, window: Window) -> tuple[list[Captured], list[str]]:
    """What the vehicle sent with times in the window, whenever it came in, in order of collection;
    and the places of rows whose raw frame is kept nowhere any more.

    Raises:
        StoreAway: the store does not answer.
        FramesUnreadable: a frame is there but cannot be read.
    """
    with store() as client:
        rows = frame_list(
            client, vehicle.vehicle_id, window.begins_at, window.ends_at + _SECOND, MOST_ROWS
        )
    found: dict[str, Captured] = {}
    unreadable = []
    for row in sorted(rows, key=lambda row: (row.collected_at, row.stream, row.position)):
        raw = frame_of_row(vehicle, row.stream, row.position)
        if raw is None:
            unreadable.append(f"{row.stream}/{row.position}")
            continue
        place = str(raw.position)
        found[place] = Captured(row.collected_at, raw.received_at, place, raw.frame)
    return list(found.values()), unreadable
