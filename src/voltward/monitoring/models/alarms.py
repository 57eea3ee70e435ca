"""Alarms as the desk handles them, the episodes they are made of, and what was done about them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.records.models import Approval, Maker, Person
from voltward.records.tracking import tracked

NOT_REPORTED = 255
THERMAL_EVENT = 4  # judged or reported level
GRAVE = 3  # from this level on: a second person closes, the desk's clocks run, places are exact
LEVELS = [
    (0, _("数据质量")),
    (1, _("1 级")),
    (2, _("2 级")),
    (3, _("3 级")),
    (4, _("热事件")),
]
REPORTED_LEVELS = [
    (0, _("无报警")),
    (1, _("1 级")),
    (2, _("2 级")),
    (3, _("3 级")),
    (4, _("热事件")),
    (NOT_REPORTED, _("未上报")),
]


@tracked(exclude=["change", "changed_in", "urgency"])
class Alarm(models.Model):
    """One rule on one vehicle until somebody has come to a verdict: one or more episodes.

    ``level``: judged (研判等级), the highest so far; ``reported_level``: the highest in the vehicle's
    own frames (上报等级), 255 none. ``cleared_at`` None: the condition still holds. ``opened_at``,
    ``last_at``: collection times; ``received_at``: when the first row came in. ``first``, ``last``,
    ``worst``: the numbers judged on; ``state_then``: what the vehicle did at the first row.
    ``cell``: H3 hexagon of resolution 7, "" unknown; the exact place stays in the store.
    A trigger fills the last three: ``change`` grows with each change of any alarm, ``changed_in`` is
    the number of the transaction that made it, ``urgency`` the level with the time of opening behind
    it, so that one index gives the gravest and then the newest first.
    """

    STATES = [
        (states.NEW, _("待认领")),
        (states.CLAIMED, _("处理中")),
        (states.SNOOZED, _("已搁置")),
        (states.WORKSHOP, _("在修")),
        (states.INCIDENT, _("已转事故")),
        (states.CLOSING, _("待复核")),
        (states.MERGED, _("已合并")),
        (states.CLOSED, _("已关闭")),
    ]
    VERDICTS = [
        ("true", _("属实")),
        ("false", _("误报")),
        ("sensor", _("传感器故障")),
        ("test", _("测试")),
        ("workshop", _("在修车辆")),
        ("unreachable", _("联系不上")),
        ("duplicate", _("重复")),
    ]
    SOURCES = [
        ("own", _("平台研判")),
        ("reported", _("车辆上报")),
        ("public", _("公共平台反馈")),
        ("office", _("人工登记")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="alarms", verbose_name=_("车辆")
    )
    rule = models.CharField(_("规则"), max_length=48)
    source = models.CharField(_("来源"), max_length=10, choices=SOURCES, default="own")
    level = models.PositiveSmallIntegerField(_("研判等级"), choices=LEVELS)
    reported_level = models.PositiveSmallIntegerField(
        _("上报等级"), choices=REPORTED_LEVELS, default=NOT_REPORTED
    )
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=states.NEW)
    opened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))
    shown_at = models.DateTimeField(_("到席时间"), db_default=Now(), editable=False)
    last_at = models.DateTimeField(_("最近一次"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    episodes_number = models.PositiveIntegerField(_("次数"), default=1)
    is_late = models.BooleanField(_("迟到数据"), default=False)
    is_reissue = models.BooleanField(_("补发数据"), default=False)
    first = models.JSONField(_("首次数值"), default=dict, blank=True)
    last = models.JSONField(_("最近数值"), default=dict, blank=True)
    worst = models.JSONField(_("最差数值"), default=dict, blank=True)
    state_then = models.JSONField(_("当时工况"), default=dict, blank=True)
    limit = models.JSONField(_("限值"), default=dict, blank=True)
    cell = models.CharField(_("位置网格"), max_length=15, blank=True)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责人")
    )
    claimed_at = models.DateTimeField(_("认领时间"), null=True)
    called_at = models.DateTimeField(_("首次呼叫"), null=True)
    snoozed_until = models.DateTimeField(_("搁置至"), null=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", verbose_name=_("并入")
    )
    verdict = models.CharField(_("结论"), max_length=12, choices=VERDICTS, blank=True)
    cause = models.CharField(_("原因"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("关闭人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("复核")
    )
    disposed_by_rule = models.CharField(_("自动处置规则"), max_length=48, blank=True)
    change = models.BigIntegerField(default=0, db_default=0, editable=False)
    changed_in = models.BigIntegerField(default=0, db_default=0, editable=False)
    urgency = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("告警")
        indexes = [
            models.Index(fields=["changed_in"], name="alarm_by_change"),
            models.Index(fields=["maker", "urgency", "id"], name="alarm_by_urgency"),
            models.Index(
                fields=["maker", "urgency", "id"],
                name="alarm_open_by_urgency",
                condition=models.Q(state__in=sorted(states.OPEN)),
            ),
            # the desk: what is open, the gravest and then the newest first
            models.Index(
                fields=["maker", "-level", "-opened_at", "-id"],
                name="alarm_open",
                condition=models.Q(state__in=sorted(states.OPEN)),
            ),
            models.Index(fields=["maker", "-opened_at", "-id"], name="alarm_by_opened"),
            models.Index(fields=["vehicle", "-opened_at"], name="alarm_of_vehicle"),
            models.Index(fields=["maker", "rule", "-opened_at", "-id"], name="alarm_of_rule"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "rule"],
                condition=models.Q(state__in=sorted(states.OPEN)),
                name="alarm_open_once",
            ),
            models.CheckConstraint(
                name="alarm_closed_with_verdict",
                condition=~models.Q(state=states.CLOSED)
                | (~models.Q(verdict="") & models.Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="alarm_merged_into_another",
                condition=models.Q(state=states.MERGED, merged_into__isnull=False)
                | (~models.Q(state=states.MERGED) & models.Q(merged_into__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.vehicle}"

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN


class Episode(models.Model):
    """What the stream told of one rule on one vehicle, from its first row to its clearing.

    Written by the follower of the findings alone, never by hand; its name (vehicle, rule, profile,
    first row) is unique, so that a stretch of the stream read twice changes nothing.
    ``alarm`` None: a mark of data quality (level 0), or of a profile that is only watched.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="episodes")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="episodes")
    rule = models.CharField(_("规则"), max_length=48)
    profile = models.CharField(_("限值方案"), max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(_("研判等级"), choices=LEVELS)
    reported_level = models.PositiveSmallIntegerField(_("上报等级"), choices=REPORTED_LEVELS)
    opened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))
    last_at = models.DateTimeField(_("最近一次"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True)
    is_late = models.BooleanField(_("迟到数据"), default=False)
    first = models.JSONField(default=dict)
    last = models.JSONField(default=dict)
    worst = models.JSONField(default=dict)
    state_then = models.JSONField(default=dict)
    limit = models.JSONField(default=dict)
    cell = models.CharField(max_length=15, blank=True)
    # where the first row lies in the journal, for whoever wants its frame
    stream = models.CharField(max_length=40, blank=True)
    position = models.DecimalField(max_digits=20, decimal_places=0, default=0)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("告警片段")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "rule", "profile", "opened_at"], name="episode_once"
            )
        ]
        indexes = [
            models.Index(fields=["maker", "rule", "-opened_at", "-id"], name="episode_of_rule"),
            models.Index(fields=["alarm", "opened_at"], name="episode_of_alarm"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.vehicle_id}"


class WaitingFinding(models.Model):
    """A finding of a vehicle that the office does not know yet; taken as soon as it does.

    ``body``: as on the stream. No maker: nobody knows whose it is, so only the platform sees it.
    """

    vehicle_number = models.BigIntegerField()
    body = models.JSONField()
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("待归属发现")
        indexes = [models.Index(fields=["vehicle_number", "id"], name="waiting_finding_of")]

    def __str__(self) -> str:
        return f"{self.vehicle_number}"


class AlarmStep(models.Model):
    """One line of an alarm's log, never changed: what happened, who did it, in whose words.

    ``person`` None: the platform. ``facts``: what the words need (level, owner, until, verdict…).
    """

    KINDS = [
        ("opened", _("发生")),
        ("again", _("再次发生")),
        ("worse", _("加重")),
        ("cleared", _("解除")),
        ("claimed", _("认领")),
        ("assigned", _("分派")),
        ("released", _("放回")),
        ("called", _("呼叫")),
        ("noted", _("备注")),
        ("snoozed", _("搁置")),
        ("woken", _("恢复")),
        ("workshop", _("转工单")),
        ("incident", _("转事故")),
        ("merged", _("合并")),
        ("proposed", _("提交结论")),
        ("refused", _("复核退回")),
        ("closed", _("关闭")),
        ("advised", _("通知车主")),
        ("disposed", _("自动处置")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("事项"), max_length=10, choices=KINDS)
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    text = models.CharField(_("说明"), max_length=500, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("告警记录")
        indexes = [models.Index(fields=["alarm", "id"], name="alarm_step_of")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.alarm_id}"
