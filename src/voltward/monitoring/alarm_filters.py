"""One filter of alarms for the page, the export and the API: what is open, unless told otherwise."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import OwnerPeriod
from voltward.monitoring import states
from voltward.monitoring.alarm_rules import RISKS
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import LEVELS
from voltward.monitoring.provinces import PROVINCES
from voltward.monitoring.rule_words import rule_choices
from voltward.monitoring.selectors.alarms import AGES, OLDER
from voltward.pages.filtering import RoomFilterSet
from voltward.records.models import Person

ALL = _("全部")
ENDED = "ended"
SCOPES = [("all", _("未结与已结")), (ENDED, _("已结"))]
WHOSE = [("mine", _("我的")), ("nobody", _("无人负责"))]
AGE_TITLES = {"m10": _("10 分钟内"), "h1": _("1 小时内"), "d1": _("24 小时内"), OLDER: _("更早")}

YES_NO = [("true", _("是")), ("false", _("否"))]


class AlarmFilter(RoomFilterSet):
    of = "alarm"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    scope = ChoiceFilter(label=_("范围"), choices=SCOPES, empty_label=_("未结"), method="by_scope")
    whose = ChoiceFilter(label=_("归属"), choices=WHOSE, empty_label=ALL, method="by_whose")
    level = ChoiceFilter(label=_("研判等级"), choices=list(reversed(LEVELS)), empty_label=ALL)
    state = ChoiceFilter(label=_("状态"), choices=Alarm.STATES, empty_label=ALL)
    risk = ChoiceFilter(label=_("类型"), choices=RISKS, empty_label=ALL, method="by_risk")
    age = ChoiceFilter(
        label=_("时长"),
        choices=[(code, AGE_TITLES[code]) for code, _span in AGES] + [(OLDER, AGE_TITLES[OLDER])],
        empty_label=ALL,
    )
    model = CharFilter(label=_("车型"), field_name="vehicle__model_name", max_length=80)
    battery = CharFilter(label=_("电池类型"), field_name="vehicle__battery_type", max_length=80)
    owner = CharFilter(label=_("负责人"), field_name="owner__display_name", max_length=80)
    rule = ChoiceFilter(label=_("规则"), choices=rule_choices, empty_label=ALL)
    source = ChoiceFilter(label=_("来源"), choices=Alarm.SOURCES, empty_label=ALL)
    late = ChoiceFilter(label=_("迟到数据"), choices=YES_NO, empty_label=ALL, method="by_late")
    province = ChoiceFilter(
        label=_("车主所在省份"), choices=PROVINCES, empty_label=ALL, method="by_province"
    )

    class Meta:
        model = Alarm
        fields = ["vin", "scope", "whose", "level", "state", "risk", "age", "model", "battery",
                  "owner", "rule", "source", "late", "province"]  # fmt: skip

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.cleaned_data.get("scope"):
            rows = rows.filter(state__in=sorted(states.OPEN))
        found: QuerySet[Any] = super().filter_queryset(rows)
        return found

    def by_scope(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        del name
        return rows.filter(state__in=sorted(states.ENDED)) if value == ENDED else rows

    def by_whose(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        del name
        actor: Person = self.request.user
        return rows.filter(owner=actor if value == "mine" else None)

    def by_risk(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        del name
        return rows.filter(rule__begins=f"{value}.")

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """As the list of vehicles: the beginning or the end."""
        del name
        word = value.strip().upper()
        return rows.filter(vehicle__vin__begins=word) | rows.filter(
            vehicle__vin_reversed__begins=word[::-1]
        )

    def by_late(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        del name
        return rows.filter(is_late=value == "true")

    def by_province(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Where the present owner is registered; of vehicles without an owner nothing is known."""
        del name
        present = OwnerPeriod.objects.filter(
            vehicle=OuterRef("vehicle"), until=None, region_code__begins=value
        )
        return rows.filter(Exists(present))
