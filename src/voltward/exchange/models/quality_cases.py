"""Cases of data quality: an error of a model that somebody looks into until measurement shows it gone."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import quality_states as states
from voltward.exchange.quality_words import class_title
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class QualityCase(models.Model):
    """``why``: what it was opened on: days, vehicles, shares, limits. ``opened_by`` None: the rule.

    ``measured``: the same numbers before and after the fix, as they stood when it was closed.
    """

    STATES = [
        (states.OPEN, _("待查原因")),
        (states.CAUSE_FOUND, _("原因已查明")),
        (states.FIXED, _("已整改，复测中")),
        (states.CLOSED, _("已验证关闭")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    code = models.CharField(_("错误类型"), max_length=32)
    opened_at = models.DateTimeField(_("立项时间"), db_default=Now())
    opened_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("立项人")
    )
    why = models.JSONField(_("依据"), default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.OPEN)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责人")
    )
    cause = models.CharField(_("原因"), max_length=1000, blank=True)
    fix = models.CharField(_("整改措施"), max_length=1000, blank=True)
    fixed_on = models.DateField(_("整改日期"), null=True)
    fixed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("整改登记人")
    )
    measured = models.JSONField(_("复测结果"), default=dict)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("验证人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("上一次")
    )

    class Meta:
        verbose_name = _("数据质量问题")
        indexes = [
            models.Index(fields=["maker", "-opened_at", "-id"], name="quality_case_by_opened"),
            models.Index(fields=["maker", "fixed_on", "id"], name="quality_case_by_fixed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "model_name", "code"],
                condition=models.Q(state__in=sorted(states.GOING)),
                name="quality_case_open_once",
            ),
            models.CheckConstraint(
                name="quality_case_second_person",
                condition=(
                    models.Q(state=states.CLOSED, closed_by__isnull=False, closed_at__isnull=False)
                    & ~models.Q(closed_by=models.F("fixed_by"))
                )
                | (~models.Q(state=states.CLOSED) & models.Q(closed_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="quality_case_steps",
                condition=models.Q(state=states.OPEN)
                | (~models.Q(cause="") & models.Q(state=states.CAUSE_FOUND))
                | (~models.Q(cause="") & ~models.Q(fix="") & models.Q(fixed_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"Q{self.pk} · {class_title(self.code)} · {self.model_name or '—'}"

    @property
    def is_going(self) -> bool:
        return self.state in states.GOING


class QualityStep(models.Model):
    """One line of a case's log, never changed. ``person`` None: the platform."""

    KINDS = [
        ("opened", _("立项")),
        ("assigned", _("分派")),
        ("cause", _("查明原因")),
        ("fixed", _("登记整改")),
        ("back", _("复测仍在，退回")),
        ("asked", _("申请验证关闭")),
        ("closed", _("验证关闭")),
        ("noted", _("备注")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(QualityCase, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("事项"), max_length=10, choices=KINDS)
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    text = models.CharField(_("说明"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("数据质量问题记录")
        indexes = [models.Index(fields=["case", "id"], name="quality_step_of")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.case_id}"
