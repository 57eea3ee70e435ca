"""An alarm in words: what the desk reads of it without a click."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import h3
from django.utils import timezone
from django.utils.translation import gettext as _

from voltward.monitoring import fault_words
from voltward.monitoring.alarm_rules import judged_text, limit_text, rule_source
from voltward.monitoring.fault_words import Meanings, finding_lines, finding_text
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import NOT_REPORTED
from voltward.monitoring.provinces import province_text
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarms import clocks_of_alarms
from voltward.monitoring.selectors.fault_codes import fault_meanings_for
from voltward.monitoring.texts import DASH, level_style
from voltward.pages.templatetags.voltward import THIN_SPACE
from voltward.records.models import Clock, Person

DRIVING_STATE: Final = 1  # vehicle state "started" (GB/T 32960.3 table 10)
CHARGING: Final = (1, 2, 4)  # charging parked, charging while driving, charged
SAME_TIME_S: Final = 3.0  # a delay below this is none


@dataclass(frozen=True)
class Level:
    """A level as shown: its number or word, and the ending of its style (its shape and colour)."""

    text: str
    style: str
    title: str


@dataclass(frozen=True)
class Spoken:
    """What the row of an alarm says. ``doing``: code and word; ``clock`` None: none runs.

    ``codes``: the maker's own fault codes with what they mean, where the rule is about them.
    """

    judged: Level
    reported: Level
    title: str
    source: str
    value: str
    limit: str
    doing: str
    doing_text: str
    opened: str
    delay: str
    place: str
    clock: Clock | None
    codes: tuple[str, ...]


def spoken(alarm: Alarm, clock: Clock | None = None, meanings: Meanings | None = None) -> Spoken:
    doing, judged = doing_of(alarm.state_then), alarm.worst or alarm.first
    codes = judged if alarm.rule == fault_words.RULE else {}
    return Spoken(
        level_of(alarm.level, alarm.get_level_display()),
        level_of(alarm.reported_level, alarm.get_reported_level_display()),
        str(rule_title(alarm.rule)),
        source_text(alarm),
        finding_text(codes, meanings or {}) or judged_text(alarm.rule, judged),
        limit_text(alarm.rule, judged, alarm.limit),
        doing,
        doing_text(doing, alarm.state_then),
        opened_text(alarm.opened_at),
        delay_text(alarm),
        where_text(alarm.cell),
        clock,
        tuple(finding_lines(codes, meanings or {})),
    )


def give_words(actor: Person, alarms: Sequence[Any]) -> None:
    """Give each alarm its ``spoken``; clocks, and what codes mean, are asked once for all."""
    clocks, meanings = clocks_of_alarms(actor, alarms), _meanings(actor, alarms)
    for alarm in alarms:
        alarm.spoken = spoken(alarm, clocks.get(alarm.pk), meanings)


def _meanings(actor: Person, alarms: Sequence[Any]) -> Meanings:
    judged = [one.worst or one.first for one in alarms if one.rule == fault_words.RULE]
    return fault_meanings_for(actor, fault_words.codes_of_findings(judged))


def level_of(level: int, title: str) -> Level:
    if level == NOT_REPORTED:
        return Level(DASH, "", str(title))
    style = level_style(level)
    return Level(_("热") if style == "thermal" else str(level), style, str(title))


def source_text(alarm: Alarm) -> str:
    """Who says so, and by which text: ``平台研判 · GB/T 45688 6.2.1``."""
    said, text = alarm.get_source_display(), rule_source(alarm.rule)
    return f"{said} · {text}" if text else said


def doing_of(state: Mapping[str, Any]) -> str:
    """``driving``, ``charging``, ``parked``, or empty: the frame did not say."""
    if state.get("charging") in CHARGING:
        return "charging"
    speed, vehicle = state.get("speed_kmh"), state.get("vehicle_state")
    if speed is None and vehicle is None:
        return ""
    moves = (speed or 0) > 0
    return "driving" if moves or vehicle == DRIVING_STATE else "parked"


def doing_text(doing: str, state: Mapping[str, Any]) -> str:
    """``行驶 62 km/h · SOC 78 %``."""
    words = {"driving": _("行驶"), "charging": _("充电"), "parked": _("停放")}
    parts = [words.get(doing, DASH)]
    speed, soc = state.get("speed_kmh"), state.get("soc_pct")
    if doing == "driving" and isinstance(speed, int | float):
        parts[0] += f" {speed:.0f}{THIN_SPACE}km/h"
    if isinstance(soc, int | float):
        parts.append(f"SOC {soc:.0f}{THIN_SPACE}%")
    return " · ".join(parts)


def opened_text(opened_at: datetime) -> str:
    """The local time, with the day where it is not today."""
    local = timezone.localtime(opened_at)
    today = local.date() == timezone.localtime().date()
    return local.strftime("%H:%M:%S" if today else "%m-%d %H:%M:%S")


def delay_text(alarm: Alarm) -> str:
    """``实时``, or ``补发 · 晚 42 分钟``."""
    kind = _("补发") if alarm.is_reissue else _("实时")
    delay = alarm.received_at - alarm.opened_at
    if delay.total_seconds() < SAME_TIME_S:
        return kind
    return f"{kind} · {_('晚 %(span)s') % {'span': span_text(delay)}}"


def span_text(span: timedelta) -> str:
    """``3 秒``, ``42 分钟``, ``5 小时``, ``2 天``."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return _("%(number)d 秒") % {"number": seconds}
    if seconds < 3600:
        return _("%(number)d 分钟") % {"number": seconds // 60}
    if seconds < 86_400:
        return _("%(number)d 小时") % {"number": seconds // 3600}
    return _("%(number)d 天") % {"number": seconds // 86_400}


def place_text(cell: str) -> str:
    """The middle of a cell of about 1 km: enough for a town, not for a door."""
    if not cell or not h3.is_valid_cell(cell):
        return DASH
    latitude, longitude = h3.cell_to_latlng(cell)
    return f"{latitude:.2f}°N {longitude:.2f}°E"


def where_text(cell: str) -> str:
    """``广东 · 23.13°N 113.26°E``: the province before the middle of the cell."""
    province = province_text(cell)
    return f"{province} · {place_text(cell)}" if province else place_text(cell)


def verdicts_text(by_verdict: Mapping[str, int]) -> str:
    """``属实 2，误报 5``: how this rule was judged before on this vehicle."""
    titles = dict(Alarm.VERDICTS)
    return "，".join(_listed(titles, by_verdict))


def _listed(titles: Mapping[str, Any], by_verdict: Mapping[str, int]) -> Iterable[str]:
    for verdict, title in titles.items():
        if number := by_verdict.get(verdict):
            yield f"{title} {number}"
