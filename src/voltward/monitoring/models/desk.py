"""The desk's own numbers as dated rows, the rules that dispose of floods, and steps nobody was told of yet."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.models.alarms import LEVELS, Alarm
from voltward.records.models import Approval, DeadlineRule, Maker, Person
from voltward.records.tracking import tracked

HIGHEST_DISPOSED = 2  # graver alarms are closed by people alone


@tracked()
class DeskRule(models.Model):
    """One number the desk goes by, from a day on. Rows without a maker are the platform's.

    A maker's own row goes before them; among rows in force the one of the highest ``from_level`` that
    the alarm's level reaches holds. A row is never changed but for ``effective_to``.
    """

    CODES = [
        ("snooze_longest", _("最长搁置时间")),
        ("owner_notice_repeat", _("车主同类通知的最短间隔")),
        ("owner_opt_out_level", _("车主可拒收的最高等级")),
        ("operator_hour_limit", _("每名值班员每小时告警数上限")),
        ("webhook_retry", _("回调重试时限")),
        ("charging_site_reach", _("视为在充电站内的最远距离")),
    ]
    UNITS = [
        ("minute", _("分钟")),
        ("hour", _("小时")),
        ("level", _("级")),
        ("alarm", _("条")),
        ("metre", _("米")),
    ]
    UNIT_OF = {
        "snooze_longest": "minute",
        "owner_notice_repeat": "hour",
        "owner_opt_out_level": "level",
        "operator_hour_limit": "alarm",
        "webhook_retry": "hour",
        "charging_site_reach": "metre",
    }

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("规则"), max_length=32, choices=CODES)
    from_level = models.PositiveSmallIntegerField(_("适用等级（起）"), choices=LEVELS, default=0)
    amount = models.PositiveIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=8, choices=UNITS)
    source = models.CharField(_("依据"), max_length=240)
    confidence = models.CharField(_("可信度"), max_length=1, choices=DeadlineRule.CONFIDENCES)
    effective_from = models.DateField(_("生效日期"))
    effective_to = models.DateField(_("失效日期"), null=True)
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("提出人")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("值班规则")
        constraints = [
            models.CheckConstraint(
                name="desk_rule_second_person",
                condition=models.Q(maker__isnull=True)
                | (
                    models.Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
        ]
        indexes = [models.Index(fields=["code", "maker"], name="desk_rule_of")]

    def __str__(self) -> str:
        return f"{self.get_code_display()} ≥{self.from_level}"


@tracked()
class DispositionRule(models.Model):
    """What is done by itself with alarms of level 1 and 2 that nobody has taken.

    ``rule`` "" : of every rule; ``level`` None: 1 and 2. ``amount``: minutes within which the alarm
    cleared by itself, or how many alike within 24 h; none for a vehicle in the workshop.
    """

    CONDITIONS = [
        ("self_cleared", _("在时限内自行解除")),
        ("in_workshop", _("车辆在修")),
        ("many_a_day", _("24 小时内同类超过数量")),
    ]
    DEEDS = [("close", _("按规则关闭")), ("silence", _("搁置"))]
    STATES = [
        ("proposed", _("待复核")),
        ("approved", _("已批准")),
        ("refused", _("未批准")),
        ("ended", _("已停用")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("名称"), max_length=48)
    rule = models.CharField(_("规则"), max_length=48, blank=True)
    level = models.PositiveSmallIntegerField(_("等级"), choices=LEVELS[1:3], null=True, blank=True)
    condition = models.CharField(_("条件"), max_length=16, choices=CONDITIONS)
    amount = models.PositiveIntegerField(_("分钟或数量"), null=True, blank=True)
    deed = models.CharField(_("处置"), max_length=8, choices=DEEDS)
    verdict = models.CharField(_("结论"), max_length=12, choices=Alarm.VERDICTS, blank=True)
    cause = models.CharField(_("原因"), max_length=300, blank=True)
    silence_h = models.PositiveSmallIntegerField(_("搁置小时数"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=240)
    effective_from = models.DateField(_("生效日期"))
    effective_to = models.DateField(_("失效日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default="proposed")
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("自动处置规则")
        constraints = [
            models.UniqueConstraint(fields=["maker", "title"], name="disposition_title_once"),
            models.CheckConstraint(
                name="disposition_of_something",
                condition=~models.Q(rule="") | models.Q(level__isnull=False),
            ),
            models.CheckConstraint(
                name="disposition_never_grave",
                condition=models.Q(level__isnull=True)
                | models.Q(level__gte=1, level__lte=HIGHEST_DISPOSED),
            ),
            models.CheckConstraint(
                name="disposition_has_its_number",
                condition=models.Q(condition="in_workshop", amount__isnull=True)
                | (
                    ~models.Q(condition="in_workshop")
                    & models.Q(amount__gt=0, amount__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="disposition_says_what",
                condition=(models.Q(deed="close") & ~models.Q(verdict="") & ~models.Q(cause=""))
                | models.Q(deed="silence", silence_h__gt=0, silence_h__isnull=False),
            ),
            models.CheckConstraint(
                name="disposition_second_person",
                condition=~models.Q(state="approved")
                | (
                    models.Q(approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StepWaiting(models.Model):
    """A step of an alarm that advice and webhooks have not heard of; a trigger adds it with the step."""

    step_id = models.BigIntegerField(primary_key=True)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("待通知的告警记录")
        indexes = [models.Index(fields=["due_at"], name="step_waiting_due")]

    def __str__(self) -> str:
        return str(self.step_id)
