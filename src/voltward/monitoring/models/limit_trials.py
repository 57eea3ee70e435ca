"""What a draft of limits would have said about rows that are stored."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.models.limits import LimitRevision
from voltward.records.models import Maker, Person


class LimitTrial(models.Model):
    """A run of the detectors over stored rows with the limits in force and with a draft's.

    ``values``: the draft's at the time of asking, so that the result says what it was made with.
    ``result``: see ``limit_trying.Result``; kept with the revision. ``failure``: why there is none.
    """

    STATES = [
        ("waiting", _("排队中")),
        ("running", _("运行中")),
        ("done", _("已完成")),
        ("failed", _("失败")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(LimitRevision, on_delete=models.PROTECT, related_name="trials")
    values = models.JSONField(_("限值"), default=dict, blank=True)
    begins_at = models.DateTimeField(_("数据起始"))
    ends_at = models.DateTimeField(_("数据截止"))
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default="waiting")
    most_vehicles = models.PositiveIntegerField(_("最多车辆数"), default=1000)
    vehicles_total = models.PositiveIntegerField(_("车辆数"), default=0)
    vehicles_done = models.PositiveIntegerField(_("已完成车辆"), default=0)
    rows_judged = models.PositiveBigIntegerField(_("数据行数"), default=0)
    result = models.JSONField(_("结果"), default=dict, blank=True)
    failure = models.CharField(_("失败原因"), max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("限值试算")
        indexes = [
            models.Index(fields=["revision", "-id"], name="limit_trial_of"),
            models.Index(
                fields=["id"],
                name="limit_trial_to_run",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} {self.begins_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"
