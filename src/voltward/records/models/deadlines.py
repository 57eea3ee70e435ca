"""Deadline rules as dated revisions, and the working calendar they count by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class DeadlineRule(models.Model):
    """One revision of a deadline. Rows without a maker are the platform's; a maker's own go before them.

    A row is never changed but for ``effective_to``: an edit is a new revision, approved by a second person.
    """

    UNITS = [
        ("second", _("秒")),
        ("minute", _("分钟")),
        ("hour", _("小时")),
        ("day", _("日（24 小时）")),
        ("workday", _("个工作日")),
        ("workday_before", _("个工作日前")),
        ("month", _("个月")),
        ("yearly", _("每年")),
        ("at_once", _("立即")),
    ]
    STARTS = [
        ("accident", _("事故发生")),
        ("known", _("获知事故")),
        ("found", _("发现")),
        ("defect_confirmed", _("确认缺陷")),
        ("filed", _("召回计划备案")),
        ("recall_started", _("召回开始")),
        ("completed", _("召回完成")),
        ("notice_received", _("收到通知")),
        ("release", _("发布")),
        ("year", _("年度")),
        ("alarm", _("告警")),
        ("fault", _("故障")),
        ("hazard", _("隐患")),
    ]
    CONFIDENCES = [
        ("A", _("原文核对")),
        ("B", _("可靠转载")),
        ("C", _("单一来源，未证实")),
        ("M", _("行业经验或记忆，待核对")),
        ("X", _("不采用")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("编号"), max_length=48)
    severity = models.CharField(_("严重程度"), max_length=16, blank=True)  # "": the usual case
    revision = models.PositiveIntegerField(_("版本"), default=1)
    title_zh = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(max_length=120)
    addressee_zh = models.CharField(_("报送对象"), max_length=160)
    addressee_en = models.CharField(max_length=160)
    starts_from = models.CharField(_("起算事件"), max_length=24, choices=STARTS)
    amount = models.PositiveIntegerField(_("期限"), null=True)
    unit = models.CharField(_("单位"), max_length=16, choices=UNITS)
    month_day = models.CharField(_("每年日期"), max_length=5, blank=True)
    condition_zh = models.CharField(_("条件"), max_length=160, blank=True)
    condition_en = models.CharField(max_length=160, blank=True)
    source = models.CharField(_("依据"), max_length=240)
    fact = models.CharField(_("事实编号"), max_length=80, blank=True)
    confidence = models.CharField(_("可信度"), max_length=1, choices=CONFIDENCES)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    # [{"share_pct": 75}, {"before_min": 60}]
    warnings = models.JSONField(_("提醒点"), default=list)
    told_roles = ArrayField(
        models.CharField(max_length=32), verbose_name=_("告知角色"), default=list
    )
    is_on = models.BooleanField(_("启用"), default=True)
    repeats = models.BooleanField(_("周期性"), default=False)
    extension_needs_second = models.BooleanField(_("延期需第二人"), default=True)
    effective_from = models.DateField(_("生效日期"), null=True)
    effective_to = models.DateField(_("失效日期"), null=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = _("时限规则")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "code", "severity", "revision"],
                name="deadline_revision_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="deadline_second_person",
                condition=models.Q(maker__isnull=True)
                | (
                    models.Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="deadline_has_its_number",
                condition=models.Q(unit="at_once", amount__isnull=True)
                | (models.Q(unit="yearly", amount__isnull=True) & ~models.Q(month_day=""))
                | (~models.Q(unit__in=["at_once", "yearly"]) & models.Q(amount__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}{f'/{self.severity}' if self.severity else ''} r{self.revision}"

    @property
    def title(self) -> str:
        return self.title_en if translation.get_language() == "en" else self.title_zh

    @property
    def addressee(self) -> str:
        return self.addressee_en if translation.get_language() == "en" else self.addressee_zh

    @property
    def condition(self) -> str:
        return self.condition_en if translation.get_language() == "en" else self.condition_zh


@tracked()
class CalendarYear(models.Model):
    """A year whose holidays are in the table; without one, Monday to Friday is a guess and said to be."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(_("年份"))
    source = models.CharField(_("依据"), max_length=240)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("日历年度")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "year"], name="calendar_year_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


@tracked()
class WorkDay(models.Model):
    """A date that differs from Monday to Friday; a maker's own row goes before the national one."""

    KINDS = [("holiday", _("休息日")), ("workday", _("上班日")), ("usual", _("按星期"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    on = models.DateField(_("日期"))
    kind = models.CharField(_("类型"), max_length=8, choices=KINDS)
    name = models.CharField(_("名称"), max_length=60, blank=True)
    source = models.CharField(_("依据"), max_length=240)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("工作日例外")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "on"], name="workday_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"
