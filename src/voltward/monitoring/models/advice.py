"""What owners are advised (GB/T 45688-2025 Appendix D), how they were told, and what came of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.monitoring.models.alarms import LEVELS, Alarm
from voltward.records.models import Clock, Maker, Person
from voltward.records.tracking import tracked

FAULT, HAZARD = "fault", "hazard"
OPEN = "open"


@tracked()
class OwnerAdvice(models.Model):
    """Advice to the owner of a vehicle: have a fault or hazard seen to, until when, with what outcome.

    A vehicle has one that is open for its faults and one for its hazards; a more urgent one replaces it.
    ``clock`` is the owner's, never the desk's; None: the rule of that term is switched off.
    """

    FAMILIES = [(FAULT, _("故障")), (HAZARD, _("安全隐患"))]
    OUTCOMES = [
        (OPEN, _("进行中")),
        ("done", _("已办理")),
        ("refused", _("车主拒绝")),
        ("unreachable", _("联系不上")),
        ("replaced", _("已由更急的建议替代")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="owner_advice", verbose_name=_("车辆")
    )
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, related_name="owner_advice", verbose_name=_("告警")
    )
    family = models.CharField(_("类别"), max_length=8, choices=FAMILIES)
    code = models.CharField(_("时限规则"), max_length=24)  # of records' deadline rules
    level = models.PositiveSmallIntegerField(_("研判等级"), choices=LEVELS)
    started_at = models.DateTimeField(_("起算时间"))
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("结果"), max_length=12, choices=OUTCOMES, default=OPEN)
    outcome_text = models.CharField(_("说明"), max_length=500, blank=True)
    outcome_at = models.DateTimeField(_("结果时间"), null=True)
    outcome_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )

    class Meta:
        verbose_name = _("车主处置建议")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "family"],
                condition=models.Q(outcome=OPEN),
                name="advice_open_once",
            ),
            models.CheckConstraint(
                name="advice_outcome_is_told",
                condition=models.Q(outcome=OPEN, outcome_at__isnull=True)
                | (~models.Q(outcome=OPEN) & models.Q(outcome_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.vehicle}"


class OwnerNotice(models.Model):
    """One message about an advice: to the owner's telephone, or the wish for one on the terminal.

    ``title``, ``body``: the words as they were made, with nothing personal in them; the number is
    opened when it is sent, and never kept here. ``recorded``: waits for the room that talks to
    terminals (GB/T 32960.3 command 0x82, control 0x06: level and text).
    """

    WAYS = [("sms", _("短信")), ("voice", _("语音电话")), ("terminal", _("车载终端"))]
    STATES = [
        ("waiting", _("待发送")),
        ("sending", _("发送中")),
        ("again", _("待重试")),
        ("sent", _("已发出")),
        ("failed", _("失败")),
        ("unwanted", _("车主已拒收")),
        ("recorded", _("待下发")),
        ("unneeded", _("无需发送")),
    ]
    ACTIVE = ("waiting", "sending", "again")

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    advice = models.ForeignKey(OwnerAdvice, on_delete=models.PROTECT, related_name="notices")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="owner_notices")
    kind = models.CharField(_("类型"), max_length=48)  # of records' notice kinds
    way = models.CharField(_("方式"), max_length=8, choices=WAYS)
    level = models.PositiveSmallIntegerField(_("研判等级"), choices=LEVELS)
    language = models.CharField(_("语言"), max_length=16, default="zh-hans")
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"), max_length=1000)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default="waiting")
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    created_at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    answer = models.CharField(_("渠道应答"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("车主通知")
        indexes = [
            models.Index(
                fields=["due_at"],
                name="owner_notice_due",
                condition=models.Q(state__in=("waiting", "sending", "again")),
            ),
            models.Index(fields=["maker", "created_at", "id"], name="owner_notice_by_created"),
            models.Index(fields=["vehicle", "kind", "-created_at"], name="owner_notice_same"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.way}"


class OwnerNoticeTry(models.Model):
    """One try to reach an owner: begun before anything leaves, ended when the answer is known."""

    OUTCOMES = [
        ("begun", _("进行中")),
        ("sent", _("已发出")),
        ("again", _("暂时失败")),
        ("refused", _("被拒绝")),
        ("lost", _("结果未知")),
    ]

    notice = models.ForeignKey(OwnerNotice, on_delete=models.PROTECT, related_name="tries")
    channel = models.CharField(_("渠道"), max_length=80, blank=True)
    begun_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=OUTCOMES, default="begun")
    answer = models.CharField(_("渠道应答"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("车主通知的尝试")

    def __str__(self) -> str:
        return f"{self.begun_at} {self.outcome}"


@tracked()
class OwnerOptOut(models.Model):
    """An owner who wants no messages up to a level, from a day on; level 3 is always told."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="owner_opt_outs", verbose_name=_("车辆")
    )
    up_to_level = models.PositiveSmallIntegerField(_("拒收等级（至）"), choices=LEVELS[1:3])
    effective_from = models.DateField(_("生效日期"))
    effective_to = models.DateField(_("失效日期"), null=True)
    reason = models.CharField(_("说明"), max_length=300)
    recorded_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("车主拒收登记")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=models.Q(effective_to__isnull=True),
                name="owner_opt_out_once",
            ),
            models.CheckConstraint(
                name="owner_opt_out_never_grave", condition=models.Q(up_to_level__in=[1, 2])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} ≤{self.up_to_level}"
