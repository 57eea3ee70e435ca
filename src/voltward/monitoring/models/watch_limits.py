"""The numbers that decide who comes into a watch queue: dated, with source and confidence."""

from __future__ import annotations

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import BatteryType
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class WatchLimit(models.Model):
    """One revision of one number, from ``effective_from`` on; no maker: the platform's, for all.

    A maker's own goes before the platform's, one of a battery type before both. Rows are added by an
    approved change and never edited. ``value`` None: to be given by the battery's maker.
    """

    CONFIDENCES = [
        ("A", _("原文核对")),
        ("B", _("可靠转载")),
        ("C", _("单一来源，未证实")),
        ("M", _("工程默认值，待核对")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("编号"), max_length=48)
    battery_type = models.ForeignKey(
        BatteryType,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("电池类型"),
    )
    revision = models.PositiveIntegerField(_("版本"), default=1)
    order = models.PositiveSmallIntegerField(default=100)
    title_zh = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(max_length=120)
    value = models.FloatField(_("数值"), null=True)
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    lowest = models.FloatField()
    highest = models.FloatField()
    source = models.CharField(_("依据"), max_length=240)
    confidence = models.CharField(_("可信度"), max_length=1, choices=CONFIDENCES)
    effective_from = models.DateField(_("生效日期"))
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = _("关注限值")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "code", "battery_type", "revision"],
                name="watch_limit_revision_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="watch_limit_second_person",
                condition=models.Q(maker__isnull=True)
                | (
                    models.Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="watch_limit_in_range",
                condition=models.Q(value__isnull=True)
                | models.Q(value__gte=models.F("lowest"), value__lte=models.F("highest")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.revision}"

    @property
    def title(self) -> str:
        return self.title_en if translation.get_language() == "en" else self.title_zh
