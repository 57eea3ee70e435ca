"""One filter for the page, the export and the API of each list of the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.fleet.models import OwnerPeriod
from voltward.monitoring.models import Alarm, DispositionRule, OwnerNotice, Webhook
from voltward.monitoring.models.alarms import LEVELS
from voltward.monitoring.notice_kinds import OWNER_KINDS
from voltward.monitoring.rule_words import rule_choices
from voltward.pages.filtering import RoomFilterSet

ALL = _("全部")
YES_NO = [("true", _("是")), ("false", _("否"))]
AGES: Final = {"10m": timedelta(minutes=10), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
AGE_CHOICES = [
    ("10m", _("10 分钟内")), ("1h", _("1 小时内")), ("1d", _("1 天内")), ("older", _("更早")),
]  # fmt: skip
# 31 divisions of the mainland, the two first digits of GB/T 2260
PROVINCES = [
    ("11", _("北京")), ("12", _("天津")), ("13", _("河北")), ("14", _("山西")), ("15", _("内蒙古")),
    ("21", _("辽宁")), ("22", _("吉林")), ("23", _("黑龙江")), ("31", _("上海")), ("32", _("江苏")),
    ("33", _("浙江")), ("34", _("安徽")), ("35", _("福建")), ("36", _("江西")), ("37", _("山东")),
    ("41", _("河南")), ("42", _("湖北")), ("43", _("湖南")), ("44", _("广东")), ("45", _("广西")),
    ("46", _("海南")), ("50", _("重庆")), ("51", _("四川")), ("52", _("贵州")), ("53", _("云南")),
    ("54", _("西藏")), ("61", _("陕西")), ("62", _("甘肃")), ("63", _("青海")), ("64", _("宁夏")),
    ("65", _("新疆")),
]  # fmt: skip


class AlarmFilter(RoomFilterSet):
    of = "alarm"
    vin = CharFilter(label="VIN", field_name="vehicle__vin", method="by_vin", max_length=17)
    level = ChoiceFilter(label=_("研判等级"), choices=LEVELS, empty_label=ALL)
    state = ChoiceFilter(label=_("状态"), choices=Alarm.STATES, empty_label=ALL)
    rule = ChoiceFilter(label=_("规则"), choices=rule_choices, empty_label=ALL)
    model = CharFilter(label=_("车型"), field_name="vehicle__model_name", max_length=80)
    owner = CharFilter(label=_("负责人"), field_name="owner__display_name", max_length=80)
    age = ChoiceFilter(label=_("发生于"), choices=AGE_CHOICES, empty_label=ALL, method="by_age")
    source = ChoiceFilter(label=_("来源"), choices=Alarm.SOURCES, empty_label=ALL)
    late = ChoiceFilter(
        label=_("迟到数据"), field_name="is_late", choices=YES_NO, empty_label=ALL, method="by_late"
    )
    province = ChoiceFilter(
        label=_("车主所在省份"), choices=PROVINCES, empty_label=ALL, method="by_province"
    )

    class Meta:
        model = Alarm
        fields = ["vin", "level", "state", "rule", "model", "owner", "age", "source", "late", "province"]  # fmt: skip

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning or the end of a VIN."""
        word = value.strip().upper()
        found: QuerySet[Any] = rows.filter(
            Q(vehicle__vin__begins=word) | Q(vehicle__vin_reversed__begins=word[::-1])
        )
        return found

    def by_age(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        now = timezone.now()
        if value == "older":
            return rows.filter(opened_at__lte=now - AGES["1d"])
        return rows.filter(opened_at__gt=now - AGES[value])

    def by_late(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(is_late=value == "true")

    def by_province(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """Where the present owner is registered; of vehicles without an owner nothing is known."""
        present = OwnerPeriod.objects.filter(
            vehicle=OuterRef("vehicle"), until=None, region_code__begins=value
        )
        return rows.filter(Exists(present))


class DispositionFilter(FilterSet):  # type: ignore[misc] # the library is untyped
    state = ChoiceFilter(label=_("状态"), choices=DispositionRule.STATES, empty_label=ALL)
    condition = ChoiceFilter(label=_("条件"), choices=DispositionRule.CONDITIONS, empty_label=ALL)

    class Meta:
        model = DispositionRule
        fields = ["state", "condition"]


class OwnerNoticeFilter(RoomFilterSet):
    of = "owner_notice"
    vin = CharFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    state = ChoiceFilter(label=_("状态"), choices=OwnerNotice.STATES, empty_label=ALL)
    way = ChoiceFilter(label=_("方式"), choices=OwnerNotice.WAYS, empty_label=ALL)
    kind = ChoiceFilter(
        label=_("类型"), choices=[(code, one.title) for code, one in OWNER_KINDS.items()],
        empty_label=ALL,
    )  # fmt: skip

    class Meta:
        model = OwnerNotice
        fields = ["vin", "state", "way", "kind"]


class WebhookFilter(FilterSet):  # type: ignore[misc] # the library is untyped
    name = CharFilter(label=_("名称"), lookup_expr="begins", max_length=80)

    class Meta:
        model = Webhook
        fields = ["name"]
