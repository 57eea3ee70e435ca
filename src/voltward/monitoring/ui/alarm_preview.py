"""One alarm at a glance: the pane beside the list, the curves in it, and the alarm's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.base.errors import BadInput
from voltward.fleet.selectors.owners import periods_of
from voltward.monitoring import selectors
from voltward.monitoring.alarm_places import open_alarm
from voltward.monitoring.alarm_rules import numbers_of, risk_of
from voltward.monitoring.alarm_words import give_words, verdicts_text
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.advice import OPEN
from voltward.monitoring.panels import PANELS, Panel
from voltward.monitoring.provinces import province_at, province_name
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.selectors.alarm_records import advice_of
from voltward.monitoring.selectors.alarms import (
    alarm_before,
    alarm_by_id,
    alarm_open_of,
    episodes_of,
    steps_of,
)
from voltward.monitoring.texts import exact
from voltward.monitoring.ui.alarm_acts import ADVICE_OUTCOMES, acting_context
from voltward.monitoring.ui.alarms import preview_words
from voltward.monitoring.ui.history import panel_of, store_away
from voltward.pages.access import needs
from voltward.records.actions import label
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.protection.ciphers import Unreadable
from voltward.records.protection.places import Place
from voltward.records.services.positions import position_shown
from voltward.records.services.protection import protected_shown

READ: Final = "alarm.read"
SPAN: Final = timedelta(minutes=10)
AFTER: Final = timedelta(minutes=1)
POINTS: Final = 600
# which curves come first for which kind of rule, by the first field of their panel
FIRST: Final = {
    "thermal": "highest_temp_c",
    "temperature": "highest_temp_c",
    "insulation": "insulation_kohm",
    "cell": "highest_voltage_v",
    "voltage": "total_voltage_v",
    "current": "total_current_a",
    "soc": "soc_pct",
}
ALWAYS: Final = ("highest_temp_c", "highest_voltage_v", "insulation_kohm")


@needs(READ)
@require_safe
def page(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """The alarm's own page: all that the pane shows, its log, its episodes."""
    actor = actor_of(request)
    alarm = alarm_by_id(actor, alarm_id)
    advice = advice_of(actor, alarm)
    context = {
        **_context(actor, alarm),
        "episodes": episodes_of(alarm),
        "words": preview_words(),
        "advice": advice,
        "advice_is_open": any(one.outcome == OPEN for one in advice),
        "advice_outcomes": ADVICE_OUTCOMES,
    }
    return render(request, "monitoring/alarm.html", context)


@needs(READ)
@require_safe
def preview(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """The pane beside the list."""
    actor = actor_of(request)
    return render(
        request, "monitoring/alarm_preview.html", _context(actor, alarm_by_id(actor, alarm_id))
    )


@needs("telemetry.read")
@require_safe
def curves(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """JSON for the pane's charts: the last ten minutes, the judged signal first, with its limit."""
    alarm = alarm_by_id(actor_of(request), alarm_id)
    panels = panels_of(alarm)
    try:
        start, stop = window_of(alarm)
        edition = selectors.edition_of(alarm.vehicle)
        columns = [curve.column(edition) for panel in panels for curve in panel.curves]
        found = selectors.history_of(alarm.vehicle, start, stop, columns, POINTS)
    except StoreAway:
        return store_away()
    drawn = [panel_of(panel, found, edition) for panel in panels]
    for panel, said in zip(panels, drawn, strict=True):
        said["limits"] = limits_of(alarm, panel)
        said["change"] = _change(said["series"])
    return JsonResponse(
        {
            "from": int(start.timestamp() * 1000),
            "to": int(stop.timestamp() * 1000),
            "rows": found.rows,
            "opened_ms": int(alarm.opened_at.timestamp() * 1000),
            "panels": drawn,
        }
    )


def window_of(alarm: Alarm) -> tuple[datetime, datetime]:
    """Ten minutes up to the newest row while the alarm stands, else up to its clearing.

    An alarm older than that is shown where it opened, as what happened then is what was judged.
    """
    newest = selectors.newest_of(alarm.vehicle)
    end = alarm.cleared_at or (newest.collected_at if newest else alarm.last_at)
    end = min(max(end, alarm.opened_at) + timedelta(seconds=1), alarm.opened_at + SPAN - AFTER)
    return end - SPAN, end


def panels_of(alarm: Alarm) -> list[Panel]:
    """The judged signal first, then what tells a fire."""
    by_field = {panel.fields[0]: panel for panel in PANELS}
    first = FIRST.get(risk_of(alarm.rule))
    order = dict.fromkeys([*([first] if first else []), *ALWAYS])
    return [by_field[field] for field in order if field in by_field]


def limits_of(alarm: Alarm, panel: Panel) -> list[dict[str, Any]]:
    """The limit as a line, where the panel has the unit that it is in and is the one judged."""
    value, unit = alarm.limit.get("value"), alarm.limit.get("unit")
    if panel.fields[0] != FIRST.get(risk_of(alarm.rule)) or unit != str(panel.unit):
        return []
    if not isinstance(value, int | float) or "step" in str(alarm.limit.get("key", "")):
        return []  # a limit of a change is no line
    return [{"name": _("限值 %(value)s %(unit)s") % {"value": value, "unit": unit}, "value": value}]


def _change(series: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each curve that moved the first value, and the one farthest from it; the farthest first."""
    said = []
    for one in series:
        values = [value for _at, value in one["points"] if value is not None]
        if values:
            farthest = max(values, key=lambda value, first=values[0]: abs(value - first))  # type: ignore[misc]
            said.append({"name": one["name"], "first": values[0], "far": farthest})
    return said


@dataclass(frozen=True)
class Contact:
    """The present owner; ``opened``: the number is shown in the clear, which left its audit row."""

    name: str
    phone: str
    opened: bool
    url_vin: str
    period_id: int


def _context(actor: Person, alarm: Alarm) -> dict[str, Any]:
    give_words(actor, [alarm])
    before = alarm_before(actor, alarm)
    give_words(actor, before.latest)
    others = [one for one in alarm_open_of(actor, alarm.vehicle) if one.pk != alarm.pk]
    give_words(actor, others)
    place, trouble = None, ""
    try:
        place = place_of(actor, alarm)
    except StoreAway:
        trouble = _("遥测存储暂不可用，位置与曲线恢复后可见。")
    return {
        "alarm": alarm,
        "vehicle": alarm.vehicle,
        "before": before,
        "verdicts_before": verdicts_text(before.by_verdict),
        "others": others,
        "numbers": numbers_of(alarm.worst or alarm.first),
        "place": place,
        "province": province_name(province_at(place.latitude_deg, place.longitude_deg))
        if place
        else "",
        "trouble": trouble,
        "contact": contact_of(actor, alarm),
        "steps": steps_of(alarm),
        "may_see_curves": "telemetry.read" in actor.grants,
        **acting_context(actor),
    }


def place_of(actor: Person, alarm: Alarm) -> Place | None:
    """Where the vehicle is: exact while a grave alarm stands, which leaves its audit row; else coarse."""
    state = selectors.latest_of(alarm.vehicle) if "telemetry.read" in actor.grants else None
    if state is None:
        return None
    where = [exact(field, state.values[field]) for field in ("latitude_deg", "longitude_deg")]
    if None in where:
        return None
    return position_shown(
        actor,
        vehicle=alarm.vehicle,
        latitude_deg=where[0],
        longitude_deg=where[1],
        at=state.collected_at,
    )


def contact_of(actor: Person, alarm: Alarm) -> Contact | None:
    """The present owner's name and number: masked, but clear while a grave alarm stands."""
    periods = [one for one in periods_of(actor, alarm.vehicle) if one.until is None]
    identity = getattr(periods[0], "identity", None) if periods else None
    if identity is None:
        return None
    masked = Contact(
        str(identity.name), str(identity.phone), False, alarm.vehicle.vin, periods[0].pk
    )
    needed = alarm.is_open and open_alarm(actor, label(alarm.vehicle))
    if not needed or "owner.read" not in actor.grants or actor.reads_only:
        return masked
    reason = _("告警 %(number)d：立即联系车主") % {"number": alarm.pk}
    try:
        phone = protected_shown(actor, record=identity, field="phone", reason=reason)
    except (Unreadable, BadInput):
        return masked
    return Contact(masked.name, phone, True, masked.url_vin, masked.period_id)
