"""Commands to vehicles (GB/T 32960.3 annex B): asked for, agreed to, sent, answered."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import downlink_states as states
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, WatchCase
from voltward.records.models import Approval, Maker, Person
from voltward.records.tracking import tracked

QUERY, SET, CONTROL = "query", "set", "control"
CODES: Final = {QUERY: 0x80, SET: 0x81, CONTROL: 0x82}
UPGRADE, SHUT_DOWN, RESET, DEFAULTS, DROP_LINK, ALARM, SAMPLING = range(1, 8)
DANGEROUS: Final = frozenset({UPGRADE, SHUT_DOWN, DEFAULTS})  # need an open alarm or case


@tracked(exclude=["sealed"])
class DownlinkCommand(models.Model):
    """One command to one vehicle.

    ``control``: which terminal control, None for parameters. ``body``: what it says, as
    ``downlink_frames`` takes it; ``sealed``: the dial-up password of an upgrade. ``alarm`` or ``case``:
    what makes a dangerous one necessary. ``attempt``: the one that is wanted; ``sent_attempt``: the
    last that left. ``stamp``: its six time bytes, hexadecimal, which the answer repeats. ``answer``:
    the vehicle's frame, hexadecimal; ``flag``: its response flag.
    """

    KINDS = [(QUERY, _("参数查询")), (SET, _("参数设置")), (CONTROL, _("终端控制"))]
    CONTROLS = [
        (UPGRADE, _("远程升级")),
        (SHUT_DOWN, _("车载终端关机")),
        (RESET, _("车载终端复位")),
        (DEFAULTS, _("恢复出厂设置")),
        (DROP_LINK, _("断开数据通信链路")),
        (ALARM, _("车载终端报警")),
        (SAMPLING, _("开启抽样监测链路")),
    ]
    EDITIONS = [(2016, "GB/T 32960.3-2016"), (2025, "GB/T 32960.3-2025")]
    STATES = [
        (states.ASKED, _("待第二人审批")),
        (states.QUEUED, _("待下发")),
        (states.SENT, _("已下发，待应答")),
        (states.DONE, _("执行成功")),
        (states.FAILED, _("车辆答复错误")),
        (states.TIMED_OUT, _("无应答")),
        (states.EXPIRED, _("过期未下发")),
        (states.UNFIT, _("协议版本不符")),
        (states.REFUSED, _("未批准")),
        (states.WITHDRAWN, _("已撤回")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    kind = models.CharField(_("指令类型"), max_length=8, choices=KINDS)
    control = models.PositiveSmallIntegerField(_("终端控制"), choices=CONTROLS, null=True)
    edition = models.PositiveSmallIntegerField(_("协议版本"), choices=EDITIONS)
    body = models.JSONField(_("内容"), default=dict)
    sealed = models.BinaryField(null=True)
    reason = models.CharField(_("理由"), max_length=500)
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("关联告警")
    )
    case = models.ForeignKey(
        WatchCase, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("关注事项")
    )
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=states.ASKED)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now(), editable=False)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    valid_until = models.DateTimeField(_("下发截止"), null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    sent_attempt = models.PositiveSmallIntegerField(_("下发次数"), default=0)
    stamp = models.CharField(max_length=12, blank=True)
    sent_at = models.DateTimeField(_("首次下发"), null=True)
    last_sent_at = models.DateTimeField(_("最近下发"), null=True)
    gateway = models.CharField(_("网关"), max_length=40, blank=True)
    flag = models.PositiveSmallIntegerField(_("应答标志"), null=True)
    answer = models.TextField(_("应答报文"), blank=True)
    answered_at = models.DateTimeField(_("应答时间"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("下行指令")
        indexes = [
            models.Index(fields=["maker", "asked_at", "id"], name="downlink_by_asked"),
            models.Index(fields=["maker", "sent_at", "id"], name="downlink_by_sent"),
            models.Index(fields=["vehicle", "-id"], name="downlink_of_vehicle"),
            models.Index(
                fields=["vehicle", "approved_at", "id"],
                name="downlink_going",
                condition=models.Q(state__in=[states.QUEUED, states.SENT]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=models.Q(state=states.SENT),
                name="downlink_one_in_flight",
            ),
            models.CheckConstraint(
                name="downlink_second_person",
                condition=models.Q(state__in=[states.ASKED, states.REFUSED, states.WITHDRAWN])
                | (
                    models.Q(approved_by__isnull=False, valid_until__isnull=False)
                    & ~models.Q(approved_by=models.F("asked_by"))
                ),
            ),
            models.CheckConstraint(
                name="downlink_dangerous_has_grounds",
                condition=~models.Q(control__in=sorted(DANGEROUS))
                | models.Q(alarm__isnull=False)
                | models.Q(case__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"D{self.pk} · {self.what}"

    @property
    def what(self) -> str:
        """Which command, in words."""
        return str(self.get_control_display() if self.control else self.get_kind_display())

    @property
    def code(self) -> int:
        return CODES[self.kind]


class DownlinkStream(models.Model):
    """How far the news of a gateway's stream were taken; moves with them."""

    stream = models.CharField(max_length=80, unique=True)
    position = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.stream} {self.position}"
