"""What monitoring/ adds to the list of vehicles: columns, and a filter by what they do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import shown
from voltward.pages.room import Cell
from voltward.pages.templatetags.voltward import THIN_SPACE, age
from voltward.records.models import Person
from voltward.telemetry.queries import LatestState

STALE = timedelta(seconds=90)  # three reporting periods of 30 s (GB/T 32960.3 Annex B)
NOW = (
    ("online", gettext_lazy("在线")),
    ("sending", gettext_lazy("有数据上传")),
    ("charging", gettext_lazy("充电中")),
    ("driving", gettext_lazy("行驶中")),
    ("alarmed", gettext_lazy("报警中")),
    ("silent", gettext_lazy("有历史、当前无数据")),
)


def online_states(actor: Person, records: Sequence[Vehicle]) -> Mapping[Any, Cell]:
    """A dot for each vehicle: logged in and sending, logged in and silent, or not logged in."""
    del actor
    sessions = selectors.online_vins()
    return {vehicle.pk: online_cell(sessions.get(vehicle.vin)) for vehicle in records}


def online_cell(last: datetime | None) -> Cell:
    """``last``: when a vehicle that is logged in sent its last frame; None: it is not logged in."""
    if last is None:
        return Cell(_("离线"), "offline")
    silent = datetime.now(UTC) - last
    return (
        Cell(_("在线无数据"), "stale", age(silent)) if silent > STALE else Cell(_("在线"), "online")
    )


def last_frames(actor: Person, records: Sequence[Vehicle]) -> Mapping[Any, Cell]:
    """When the newest frame was collected, by the vehicle's clock."""
    return _of_states(actor, records, _last_frame)


def charges(actor: Person, records: Sequence[Vehicle]) -> Mapping[Any, Cell]:
    """State of charge of the newest frame."""
    return _of_states(actor, records, _soc)


def alarm_levels(actor: Person, records: Sequence[Vehicle]) -> Mapping[Any, Cell]:
    """The level that the newest frame reports; the flags when it is pointed at."""
    return _of_states(actor, records, _level)


def _last_frame(state: LatestState) -> Cell:
    local = timezone.localtime(state.collected_at).strftime("%Y-%m-%d %H:%M:%S")
    behind = datetime.now(UTC) - state.collected_at
    return Cell(local, hint=age(max(behind, timedelta())))


def _soc(state: LatestState) -> Cell:
    text = shown("soc_pct", state.values["soc_pct"], state.missing)
    return Cell(text.value if text.reason else f"{text.value}{THIN_SPACE}%", hint=text.reason)


def _level(state: LatestState) -> Cell:
    level = shown("alarm_level", state.values["alarm_level"], state.missing)
    if level.reason or level.value == "0":
        return Cell(level.value, hint=level.reason)
    flags = shown("alarm_flags", state.values["alarm_flags"], state.missing, state.edition)
    return Cell(level.value, level=level.level, hint=flags.value)


def _of_states(actor: Person, records: Sequence[Vehicle], cell: Any) -> Mapping[Any, Cell]:
    del actor
    try:
        states = selectors.brief_states(records)
    except StoreAway:
        away = Cell("—", hint=_("遥测存储暂不可用"))
        return {vehicle.pk: away for vehicle in records}
    never = Cell("—", hint=_("尚未收到数据"))
    return {
        vehicle.pk: cell(states[vehicle.vehicle_id]) if vehicle.vehicle_id in states else never
        for vehicle in records
    }


def narrow_by_now(actor: Person, rows: QuerySet[Vehicle], value: str) -> QuerySet[Vehicle]:
    """The vehicles of ``rows`` that do now what ``value`` says.

    Raises:
        StoreAway: only the store knows, and it does not answer.
    """
    if value == "online":
        return rows.filter(vin__in=list(selectors.online_vins()))
    fleet = selectors.fleet_of(actor)
    groups = {
        "sending": fleet.sending, "charging": fleet.charging, "driving": fleet.driving,
        "alarmed": fleet.alarmed, "silent": fleet.silent,
    }  # fmt: skip
    return rows.filter(vehicle_id__in=groups[value].vehicle_id.tolist())


def narrow_by_hexagon(actor: Person, rows: QuerySet[Vehicle], value: str) -> QuerySet[Vehicle]:
    """The vehicles of ``rows`` that stand in a hexagon of the map now.

    Raises:
        StoreAway: nothing is known yet and the store does not answer.
    """
    return rows.filter(vehicle_id__in=selectors.vehicles_in(actor, value))
