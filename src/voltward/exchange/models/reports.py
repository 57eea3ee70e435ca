"""Reports of GB/T 45688 to public platforms, and what platforms feed back of their own judging."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import feedback_states as states
from voltward.exchange.models.platforms import PublicPlatform
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


class ReportLook(models.Model):
    """A vehicle whose state may have to be reported: a queue, worked off in order within a second.

    ``moment``: of the row or the step that changed it. ``judged``: what holds may have changed,
    ``handled``: how it is handled. ``happened``: a condition began or came again; also one that is over
    by now must be told.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="+")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=48)
    moment = models.DateTimeField()
    judged = models.BooleanField(default=False)
    happened = models.BooleanField(default=False)
    handled = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.rule} · {self.vehicle_id}"


class ReportDue(models.Model):
    """One message of annex B for one platform, and what became of it.

    ``moment``: the time in it; ``correction``: counts messages of the same moment. ``body``: in hex,
    with its time. ``flag``: of the last answer, 0 none. ``repeats``: the one it was sent again for.
    """

    COMMANDS = [
        (0x10, _("故障监测结果")),
        (0x11, _("隐患监测结果")),
        (0x12, _("故障及隐患处置信息")),
        (0x13, _("事故信息")),
    ]
    DUE, HANDED, ACCEPTED, REFUSED, UNANSWERED = "due", "handed", "accepted", "refused", "silent"
    STATES = [
        (DUE, _("待交付上传")),
        (HANDED, _("待平台应答")),
        (ACCEPTED, _("平台已接收")),
        (REFUSED, _("平台拒绝")),
        (UNANSWERED, _("平台未应答")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(
        PublicPlatform, on_delete=models.PROTECT, related_name="+", verbose_name=_("公共平台")
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    command = models.PositiveSmallIntegerField(_("报文类别"), choices=COMMANDS)
    moment = models.DateTimeField(_("数据时间"))
    correction = models.PositiveSmallIntegerField(_("更正"), default=0)
    body = models.CharField(_("数据单元"), max_length=120)
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("告警")
    )
    repeats = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("重发自")
    )
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=DUE)
    made_at = models.DateTimeField(_("生成时间"), db_default=Now(), editable=False)
    handed_at = models.DateTimeField(_("交付时间"), null=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    answered_at = models.DateTimeField(_("应答时间"), null=True)
    flag = models.PositiveSmallIntegerField(_("应答标志"), default=0)
    tries = models.PositiveSmallIntegerField(_("发送次数"), default=0)

    class Meta:
        verbose_name = _("监管报文")
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "vehicle", "command", "moment", "correction"],
                name="report_once",
            )
        ]
        indexes = [
            models.Index(fields=["maker", "made_at", "id"], name="report_by_made"),
            models.Index(fields=["maker", "moment", "id"], name="report_by_moment"),
            models.Index(
                fields=["platform", "vehicle", "command", "-id"], name="report_last_of_vehicle"
            ),
            models.Index(
                fields=["id"], name="report_to_hand_over", condition=models.Q(state="due")
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.pk} · {self.get_command_display()}"


@tracked()
class FeedbackReceived(models.Model):
    """What a public platform judged of a vehicle (0x90), until somebody has come to a verdict.

    ``vin``: as it stood in the frame; of one that is not on file there is no ``vehicle``. ``body``: in
    hex, with its time ``moment``. ``received_at``: when it was on disk here.
    """

    STATES = [
        (states.OPEN, _("待认领")),
        (states.IN_HAND, _("核查中")),
        (states.CLOSED, _("已关闭")),
    ]
    VERDICTS = [
        ("true", _("属实，已处置")),
        ("known", _("属实，本企业已先行发现")),
        ("false", _("误报")),
        ("unknown", _("无法核实")),
        ("stranger", _("非本企业车辆")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(
        PublicPlatform, on_delete=models.PROTECT, related_name="+", verbose_name=_("公共平台")
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("车辆")
    )
    vin = models.CharField("VIN", max_length=80)
    moment = models.DateTimeField(_("数据时间"), null=True)
    body = models.CharField(_("数据单元"), max_length=120)
    received_at = models.DateTimeField(_("接收时间"))
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.OPEN)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责人")
    )
    verdict = models.CharField(_("结论"), max_length=8, choices=VERDICTS, blank=True)
    text = models.CharField(_("结论依据"), max_length=1000, blank=True)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("关闭人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True)

    class Meta:
        verbose_name = _("平台隐患反馈")
        constraints = [
            models.UniqueConstraint(fields=["platform", "vin", "body"], name="feedback_once"),
            models.CheckConstraint(
                name="feedback_closed_with_verdict",
                condition=~models.Q(state=states.CLOSED)
                | (
                    ~models.Q(verdict="")
                    & models.Q(closed_by__isnull=False, closed_at__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "received_at", "id"], name="feedback_by_received"),
            models.Index(fields=["maker", "vin", "id"], name="feedback_by_vin"),
        ]

    def __str__(self) -> str:
        return f"F{self.pk} · {self.vin}"

    @property
    def is_going(self) -> bool:
        return self.state != states.CLOSED
