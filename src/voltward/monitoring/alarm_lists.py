"""The list of alarms: the alarm centre, its facets, export, API and subscriptions are made from this."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.alarm_filters import AlarmFilter
from voltward.monitoring.alarm_rules import judged_text, limit_text, numbers_text
from voltward.monitoring.alarm_words import (
    delay_text,
    doing_of,
    doing_text,
    give_words,
    place_text,
    source_text,
    where_text,
)
from voltward.monitoring.models.alarms import NOT_REPORTED
from voltward.monitoring.provinces import province_of, province_text
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarms import alarm_visible
from voltward.monitoring.texts import level_style
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.room import Cell


def alarm_url(alarm: Any) -> str:
    return reverse("alarm", args=[alarm.pk])


def not_told(row: Any) -> str:
    """Outlets and charging stations are not on the platform's books: the desk sees that nobody knows."""
    del row
    return ""


def clock_due(row: Any) -> datetime | None:
    """When the soonest running clock of the alarm ends; None: none runs, or the reader sees none."""
    clock = row.spoken.clock
    return clock.due_at if clock else None


ALARMS = List(
    of="alarm",
    title=_("告警中心"),
    section=_("运行监测"),
    needs="alarm.read",
    rows=alarm_visible,
    filterset=AlarmFilter,
    columns=(
        ListColumn(_("编号"), key="id", kind="number", link=alarm_url, shown=False),
        ListColumn(
            _("研判等级"),
            lambda row: Cell(row.get_level_display(), level=level_style(row.level)),
            key="level",
            kind="choice",
            sort="urgency",
        ),
        ListColumn(
            _("上报等级"),
            lambda row: Cell(row.get_reported_level_display(), level=level_style(row.reported_level)),
            key="reported_level",
            kind="number",
            raw=lambda row: None if row.reported_level == NOT_REPORTED else row.reported_level,
        ),
        ListColumn(
            _("告警"), lambda row: rule_title(row.rule), key="title", raw=lambda row: rule_title(row.rule),
            link=alarm_url,
        ),
        ListColumn(_("规则"), key="rule", shown=False),
        ListColumn("VIN", key="vin", raw=lambda row: row.vehicle.vin, css="vw-mono"),
        ListColumn(_("车型"), key="model", raw=lambda row: row.vehicle.model_name),
        ListColumn(
            _("数值"), lambda row: row.spoken.value, key="judged",
            raw=lambda row: judged_text(row.rule, row.worst or row.first),
        ),
        ListColumn(_("限值"), key="against", raw=lambda row: limit_text(row.rule, row.worst or row.first, row.limit)),
        ListColumn(
            _("数值（原始）"), lambda row: numbers_text(row.last or row.first), key="values",
            kind="object", raw=lambda row: row.last or row.first, shown=False,
        ),
        ListColumn(
            _("限值（原始）"), lambda row: numbers_text(row.limit), key="limit", kind="object",
            raw=lambda row: row.limit, shown=False,
        ),
        ListColumn(_("发生时间"), key="opened_at", kind="instant", sort="opened_at"),
        ListColumn(_("接收时间"), key="received_at", kind="instant", shown=False),
        ListColumn(_("数据"), key="delay", raw=delay_text),
        ListColumn(_("解除时间"), key="cleared_at", kind="instant", shown=False),
        ListColumn(_("状态"), key="state", kind="choice"),
        ListColumn(_("负责人"), key="owner", raw=lambda row: str(row.owner or "")),
        ListColumn(_("时钟"), key="clock", kind="instant", raw=clock_due, api=False),
        ListColumn(
            _("工况"), key="doing", raw=lambda row: doing_text(doing_of(row.state_then), row.state_then)
        ),
        ListColumn(
            _("位置"), lambda row: where_text(row.cell), key="place",
            raw=lambda row: place_text(row.cell),
        ),
        ListColumn(
            _("省份"), lambda row: province_text(row.cell), key="province",
            raw=lambda row: province_of(row.cell), shown=False,
        ),
        ListColumn(_("充电运营商"), key="charging_operator", raw=not_told, api=False),
        ListColumn(_("最近网点"), key="outlet", raw=not_told, api=False),
        ListColumn(_("来源"), lambda row: source_text(row), key="source", kind="choice"),
        ListColumn(_("次数"), key="episodes_number", kind="number"),
        ListColumn(_("结论"), key="verdict", kind="choice", shown=False),
        ListColumn(_("原因"), key="cause", shown=False),
        ListColumn(_("处置规则"), key="disposed_by_rule", shown=False),
        ListColumn(
            _("紧急程度"), key="urgency", kind="number", sort="urgency", api=False, shown=False
        ),
    ),
    order="-urgency",
    tie="pk",
    facets=(
        Facet("level"), Facet("risk"), Facet("model", "vehicle__model_name"),
        Facet("battery", "vehicle__battery_type"), Facet("state"),
        Facet("owner", "owner__display_name"), Facet("source"), Facet("age"),
    ),
    empty_title=_("没有未结的告警"),
    empty_text=_("车辆数据经研判触发规则后，告警会实时出现在这里；已结的告警在“范围”中选择。"),
    url_name="alarms",
    api="alarms/",
    about="Alarms, open ones unless `scope` says `all` or `ended`; the gravest first.",
    prepare=give_words,
)  # fmt: skip
