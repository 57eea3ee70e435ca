"""Cases of the watch queues: vehicles that somebody follows until there is a verdict."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import OwnerPeriod, Vehicle
from voltward.monitoring import watch_states
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked

LONG_OFFLINE = "long_offline"
SUDDENLY_SILENT = "suddenly_silent"
OVER_DISCHARGE = "over_discharge"
DENSE_PARKING = "dense_parking"
FREQUENT_ALARMS = "frequent_alarms"
MODEL_SHARE = "model_share"
QUEUES = [
    (LONG_OFFLINE, _("长期离线")),
    (SUDDENLY_SILENT, _("突然失联")),
    (OVER_DISCHARGE, _("久置过放")),
    (DENSE_PARKING, _("聚集停放")),
    (FREQUENT_ALARMS, _("频繁报警")),
    (MODEL_SHARE, _("同车型集中")),
]
# of which kind a model has many vehicles: table D.1 row 4, table D.2 row 3
SHARE_KINDS = [("fault", _("3 级及以上故障")), ("hazard", _("安全隐患"))]


# what is reckoned anew by every round is no history of its own
@tracked(exclude=["measure", "now", "seen_at"])
class WatchCase(models.Model):
    """One condition on a vehicle, a group parked together or a model, until there is a verdict.

    ``why``: what it was judged on when it opened: ``numbers``, ``limits`` (code to value, unit, source,
    revision). ``now``: the same numbers of the last round that saw it; ``measure``: the one that the
    queue is ordered by, larger is worse. ``ended_at``: since when the condition no longer holds, None:
    it does; an ended case still waits for its verdict. ``previous``: the closed case of the same
    condition before. ``vehicle`` None: a group, see ``members``; ``cell``: its H3 hexagon of resolution 7;
    or a model, then ``subject`` is ``<kind of SHARE_KINDS>:<model>``, and "" of all others.
    """

    STATES = [
        (watch_states.OPEN, _("待认领")),
        (watch_states.IN_HAND, _("跟踪中")),
        (watch_states.RECHECKING, _("待复查")),
        (watch_states.CLOSED, _("已关闭")),
    ]
    VERDICTS = [
        ("safe", _("确认安全")),
        ("unsafe", _("确认不安全")),
        ("moved", _("已移走或已恢复")),
        ("scrapped", _("已报废或灭失")),
        ("batch", _("确认批次问题")),
        ("no_batch", _("排除批次问题")),
        ("false", _("误判")),
    ]
    OF_MODELS = ("batch", "no_batch", "false")

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    queue = models.CharField(_("队列"), max_length=16, choices=QUEUES)
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.PROTECT,
        null=True,
        related_name="watch_cases",
        verbose_name=_("车辆"),
    )
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    subject = models.CharField(
        _("对象"), max_length=100, blank=True, default="", db_default="", editable=False
    )
    usage_class = models.CharField(
        _("使用性质"), max_length=16, choices=OwnerPeriod.USAGES, blank=True
    )
    opened_at = models.DateTimeField(_("发现时间"), db_default=Now())
    why = models.JSONField(_("依据"), default=dict)
    measure = models.FloatField(_("数值"))
    now = models.JSONField(_("最近数值"), default=dict)
    seen_at = models.DateTimeField(_("最近研判"), db_default=Now())
    ended_at = models.DateTimeField(_("条件消失"), null=True)
    vehicles_number = models.PositiveIntegerField(_("车辆数"), default=1)
    cell = models.CharField(_("位置网格"), max_length=15, blank=True)
    place_contact = models.CharField(_("场地联系人"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=watch_states.OPEN)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责人")
    )
    recheck_on = models.DateField(_("复查日"), null=True)
    verdict = models.CharField(_("结论"), max_length=10, choices=VERDICTS, blank=True)
    verdict_text = models.CharField(_("结论依据"), max_length=1000, blank=True)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("关闭人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("上一次")
    )

    class Meta:
        verbose_name = _("关注事项")
        indexes = [
            models.Index(fields=["maker", "queue", "-opened_at", "-id"], name="watch_by_opened"),
            models.Index(fields=["maker", "queue", "-measure", "-id"], name="watch_by_measure"),
            models.Index(fields=["maker", "queue", "recheck_on", "id"], name="watch_by_recheck"),
            models.Index(
                fields=["maker", "queue", "vehicles_number", "id"], name="watch_by_number"
            ),
            models.Index(fields=["vehicle", "-opened_at"], name="watch_of_vehicle"),
            models.Index(
                fields=["recheck_on"],
                name="watch_to_recheck",
                condition=models.Q(state=watch_states.RECHECKING),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "vehicle"],
                condition=models.Q(state__in=sorted(watch_states.GOING), vehicle__isnull=False),
                name="watch_open_once",
            ),
            models.UniqueConstraint(
                fields=["maker", "queue", "subject"],
                condition=models.Q(state__in=sorted(watch_states.GOING)) & ~models.Q(subject=""),
                name="watch_subject_open_once",
            ),
            models.CheckConstraint(
                name="watch_closed_with_verdict",
                condition=(
                    models.Q(state=watch_states.CLOSED, closed_at__isnull=False)
                    & ~models.Q(verdict="")
                    & ~models.Q(verdict_text="")
                )
                | (~models.Q(state=watch_states.CLOSED) & models.Q(verdict="")),
            ),
            models.CheckConstraint(
                name="watch_vehicle_or_group",
                condition=models.Q(queue=DENSE_PARKING, vehicle__isnull=True, subject="")
                | (models.Q(queue=MODEL_SHARE, vehicle__isnull=True) & ~models.Q(subject=""))
                | (
                    ~models.Q(queue__in=(DENSE_PARKING, MODEL_SHARE))
                    & models.Q(vehicle__isnull=False, subject="")
                ),
            ),
            models.CheckConstraint(
                name="watch_recheck_has_day",
                condition=~models.Q(state=watch_states.RECHECKING)
                | models.Q(recheck_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_queue_display()} · {self.name}"

    @property
    def name(self) -> str:
        """The vehicle's VIN, the model with the kind, or the number of the group."""
        if self.subject:
            return f"{self.model_name} · {self.kind_title}"
        return self.vehicle.vin if self.vehicle else f"P{self.pk}"

    @property
    def kind(self) -> str:
        """Of a model: which of SHARE_KINDS; else ""."""
        return self.subject.partition(":")[0]

    @property
    def kind_title(self) -> str:
        return str(dict(SHARE_KINDS).get(self.kind, ""))

    @classmethod
    def verdicts(cls, queue: str) -> list[tuple[str, Any]]:
        """Those that fit a queue: of a model it is said whether its batch has the problem."""
        of_models = queue == MODEL_SHARE
        return [
            one for one in cls.VERDICTS
            if (one[0] in cls.OF_MODELS if of_models else one[0] not in ("batch", "no_batch"))
        ]  # fmt: skip

    @property
    def is_going(self) -> bool:
        return self.state in watch_states.GOING


class WatchCaseVehicle(models.Model):
    """A vehicle of a group parked together, as the last round found it.

    ``east_m``, ``north_m``: from the middle of the group; where that is stays in the store. ``left_at``:
    since when it is no longer part of it. ``neighbours``: itself among them.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(WatchCase, on_delete=models.PROTECT, related_name="members")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    parked_since = models.DateTimeField(_("停放起始"))
    soc_pct = models.FloatField(_("SOC（%）"))
    collected_at = models.DateTimeField(_("数据时间"))
    east_m = models.FloatField(_("东向（m）"))
    north_m = models.FloatField(_("北向（m）"))
    neighbours = models.PositiveIntegerField(_("半径内车辆数"))
    is_target = models.BooleanField(_("达到阈值"))
    joined_at = models.DateTimeField(_("加入时间"), db_default=Now())
    left_at = models.DateTimeField(_("离开时间"), null=True)

    class Meta:
        verbose_name = _("聚集停放车辆")
        constraints = [
            models.UniqueConstraint(fields=["case", "vehicle"], name="watch_member_once")
        ]
        indexes = [models.Index(fields=["vehicle"], name="watch_member_vehicle")]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.vehicle_id}"


class ContactAttempt(models.Model):
    """Who tried to reach whom, when and with what outcome. Never changed.

    ``reached``: the part that was called for, never a name or a number: those stay with the owner's record.
    """

    WHOM = [
        ("owner", _("车主")),
        ("outlet", _("服务网点")),
        ("place", _("场地方")),
        ("operator", _("运营单位")),
        ("other", _("其他")),
    ]
    OUTCOMES = [
        ("reached", _("已联系上")),
        ("no_answer", _("无人接听")),
        ("wrong_number", _("号码有误")),
        ("refused", _("拒绝沟通")),
        ("visited", _("已现场查看")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(WatchCase, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("联系人员")
    )
    at = models.DateTimeField(_("联系时间"))
    reached = models.CharField(_("联系对象"), max_length=10, choices=WHOM)
    outcome = models.CharField(_("联系结果"), max_length=12, choices=OUTCOMES)
    note = models.CharField(_("联系情况"), max_length=500, blank=True)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("联系记录")
        indexes = [models.Index(fields=["case", "-at", "-id"], name="watch_contact_of")]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.outcome}"


class WatchStep(models.Model):
    """One line of a case's log, never changed. ``person`` None: the platform."""

    KINDS = [
        ("opened", _("列入队列")),
        ("ended", _("条件消失，待结论")),
        ("again", _("条件再次出现")),
        ("joined", _("车辆加入")),
        ("left", _("车辆离开")),
        ("assigned", _("分派")),
        ("contacted", _("联系")),
        ("recheck", _("约定复查")),
        ("due", _("到复查日")),
        ("place", _("登记场地联系人")),
        ("noted", _("备注")),
        ("closed", _("给出结论")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(WatchCase, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("事项"), max_length=10, choices=KINDS)
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    text = models.CharField(_("说明"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("关注记录")
        indexes = [models.Index(fields=["case", "id"], name="watch_step_of")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.case_id}"
