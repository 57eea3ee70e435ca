"""Clocks that run against a deadline, their points, extensions and news; and tasks given by hand."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from voltward.records.clock_states import GOING, LATE, MET, RUNNING, STOPPED
from voltward.records.models.deadlines import DeadlineRule
from voltward.records.models.organisation import Unit
from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class Clock(models.Model):
    """One deadline of one record. It keeps the revision of the rule it was started with.

    ``subject``: an audit label (``Incident:7``); ``subject_text`` and ``url``: how people read and reach it.
    """

    STATES = [
        (RUNNING, _("进行中")),
        (LATE, _("已超时")),
        (MET, _("已完成")),
        (STOPPED, _("已终止")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(
        DeadlineRule, on_delete=models.PROTECT, related_name="+", verbose_name=_("时限规则")
    )
    code = models.CharField(_("编号"), max_length=48)
    subject = models.CharField(_("对象"), max_length=120)
    subject_text = models.CharField(_("对象"), max_length=120)
    url = models.CharField(max_length=240, blank=True)
    event_key = models.CharField(max_length=80, blank=True)
    event = models.CharField(_("起算事件"), max_length=200)
    occurrence = models.PositiveIntegerField(_("次数"), default=1)
    started_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("截止时间"), null=True)  # None: at once
    # what lists are ordered by: what must be done at once is due from its start
    due_order_at = models.GeneratedField(
        expression=Coalesce("due_at", "started_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    calendar_confirmed = models.BooleanField(_("日历已确认"), default=True)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=RUNNING)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责人")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("负责部门")
    )
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    ended_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("完成人")
    )
    ended_at = models.DateTimeField(_("完成时间"), null=True)
    ended_reason = models.CharField(_("说明"), max_length=500, blank=True)
    proof_text = models.CharField(_("凭证"), max_length=500, blank=True)
    proof_url = models.CharField(_("凭证链接"), max_length=240, blank=True)

    class Meta:
        verbose_name = _("时钟")
        indexes = [
            models.Index(
                fields=["maker", "due_at"],
                name="clock_going",
                condition=models.Q(state__in=list(GOING)),
            ),
            models.Index(fields=["maker", "subject"], name="clock_subject"),
            models.Index(fields=["maker", "started_at", "id"], name="clock_by_start"),
            models.Index(fields=["maker", "due_order_at", "id"], name="clock_by_due"),
            models.Index(fields=["maker", "subject_text", "id"], name="clock_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "subject", "code", "event_key", "occurrence"], name="clock_once"
            ),
            models.CheckConstraint(
                name="clock_end_is_told",
                condition=models.Q(state__in=list(GOING), ended_at__isnull=True)
                | models.Q(
                    state__in=[MET, STOPPED], ended_at__isnull=False, ended_by__isnull=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.subject_text}"

    @property
    def is_going(self) -> bool:
        return self.state in GOING

    @property
    def was_late(self) -> bool:
        return bool(self.ended_at and self.due_at and self.ended_at > self.due_at)


class ClockPoint(models.Model):
    """An instant at which somebody is told: ``share_75``, ``before_60`` (minutes) or ``late``."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="points")
    name = models.CharField(max_length=16)
    at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], name="clock_point_open", condition=models.Q(reached_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["clock", "name", "at"], name="clock_point_once")
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.name}"


class ClockExtension(models.Model):
    """A due instant that was moved, why and by whom; rows are only added."""

    append_only = True

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="extensions")
    from_at = models.DateTimeField(_("原截止时间"), null=True)
    to_at = models.DateTimeField(_("新截止时间"))
    reason = models.CharField(_("理由"), max_length=500)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    made_at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("延期")
        constraints = [
            models.CheckConstraint(
                name="clock_extension_second_person",
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("asked_by")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} → {self.to_at}"


class ClockNews(models.Model):
    """What the sweeper told, once per point: which clock, which point, whom to tell. Rows are only added."""

    append_only = True

    point = models.OneToOneField(ClockPoint, on_delete=models.PROTECT, related_name="news")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="news")
    roles = ArrayField(models.CharField(max_length=32), default=list)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-told_at"], name="clock_news_told")]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.point_id}"


@tracked()
class AssignedTask(models.Model):
    """Something a person was asked to do by hand, with a due instant if there is one."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("任务"), max_length=200)
    subject = models.CharField(_("对象"), max_length=120, blank=True)
    subject_text = models.CharField(_("对象"), max_length=120, blank=True)
    url = models.CharField(max_length=240, blank=True)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("负责人")
    )
    due_at = models.DateTimeField(_("截止时间"), null=True)
    assigned_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("指派人")
    )
    assigned_at = models.DateTimeField(_("指派时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    done_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("完成人")
    )
    done_note = models.CharField(_("完成情况"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("任务")
        indexes = [
            models.Index(
                fields=["maker", "due_at"],
                name="task_open",
                condition=models.Q(done_at__isnull=True),
            ),
            models.Index(fields=["maker", "assigned_at", "id"], name="task_by_assigned"),
            models.Index(fields=["maker", "due_at", "id"], name="task_by_due"),
        ]

    def __str__(self) -> str:
        return self.title
