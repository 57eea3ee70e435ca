"""What is told to whom: notices, their way to each person, every try, and who said that it was seen."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.notice_ways import CHANNEL_KINDS, Channel, EscalationChain
from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked

SEVERITIES = [(0, _("提示")), (1, _("一般")), (2, _("重要")), (3, _("紧急"))]


class Notice(models.Model):
    """Something that happened and whom it concerns; ``values`` hold no sentence of any language."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("类型"), max_length=48)  # a key of notice_kinds.KINDS
    severity = models.PositiveSmallIntegerField(_("级别"), choices=SEVERITIES, default=1)
    subject = models.CharField(_("对象"), max_length=120, blank=True)  # an audit label
    path = models.CharField(max_length=300, blank=True)  # the subject's own page, from /
    values = models.JSONField(default=dict)
    dedup_key = models.CharField(max_length=160, blank=True)
    # until then the same key of the same kind adds no second notice
    dedup_until = models.DateTimeField(null=True)
    repeats = models.PositiveIntegerField(_("重复次数"), default=0)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("时间"))
    chain = models.ForeignKey(
        EscalationChain, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("升级链")
    )  # fmt: skip
    step = models.PositiveSmallIntegerField(_("升级步骤"), default=0)
    step_due_at = models.DateTimeField(_("下次升级"), null=True)
    acknowledged_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = _("通知")
        indexes = [
            models.Index(fields=["maker", "-created_at"], name="notice_maker_at"),
            models.Index(
                fields=["kind", "dedup_key", "dedup_until"],
                name="notice_dedup",
                condition=~models.Q(dedup_key=""),
            ),
            models.Index(
                fields=["step_due_at"],
                name="notice_step_due",
                condition=models.Q(step_due_at__isnull=False, acknowledged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Delivery(models.Model):
    """The way of a notice to one person through one channel; ``rank`` orders the outside ones.

    The inbox has rank 0 and goes beside the others. Of the rest, one is tried after the other.
    """

    STATES = [
        ("waiting", _("待发送")),
        ("standby", _("备用")),
        ("sending", _("发送中")),
        ("again", _("待重试")),
        ("sent", _("已发出")),
        ("failed", _("失败")),
        ("unneeded", _("无需发送")),
    ]
    ACTIVE = ("waiting", "sending", "again")

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("接收人")
    )
    step = models.PositiveSmallIntegerField(_("升级步骤"), default=0)
    rank = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("渠道"), max_length=12, choices=CHANNEL_KINDS)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=STATES, default="waiting")
    # when the next try is due; for one that is sending: when it counts as lost
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    # the same for every try, so that a provider that can tells a repetition
    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True)

    class Meta:
        verbose_name = _("投递记录")
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=models.Q(state__in=("waiting", "sending", "again")),
            ),
            models.Index(
                fields=["person", "-id"], name="delivery_inbox", condition=models.Q(kind="inbox")
            ),
            models.Index(fields=["attempts", "id"], name="delivery_by_attempts"),
            models.Index(fields=["sent_at", "id"], name="delivery_by_sent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "person", "step", "kind", "channel"],
                name="delivery_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["notice", "person"],
                name="delivery_one_inbox",
                condition=models.Q(kind="inbox"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Attempt(models.Model):
    """One try: begun before anything leaves, ended when the answer is known.

    ``lost``: the process ended in between; whether it arrived is not known, so it is tried again.
    """

    OUTCOMES = [
        ("begun", _("进行中")),
        ("sent", _("已发出")),
        ("shared", _("已随同组消息发出")),
        ("again", _("暂时失败")),
        ("refused", _("被拒绝")),
        ("lost", _("结果未知")),
    ]

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    begun_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=OUTCOMES, default="begun")
    # what the provider answered, shortened, without secrets
    answer = models.CharField(_("渠道应答"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("尝试")

    def __str__(self) -> str:
        return f"{self.begun_at} {self.outcome}"


class Acknowledgement(models.Model):
    """Somebody said that a notice was seen; the first one ends its escalation."""

    append_only = True

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("确认时间"))

    class Meta:
        verbose_name = _("确认")
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="acknowledgement_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.at}"


@tracked()
class NoticeTemplate(models.Model):
    """Words of a kind of notice in one language; the newest version counts, the maker's own first.

    ``{name}`` stands for the value of that name; nothing else is replaced or run.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("类型"), max_length=48)  # a key of notice_kinds.KINDS
    language = models.CharField(_("语言"), max_length=16)
    version = models.PositiveIntegerField(_("版本"), default=1)
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"), max_length=1000)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("通知模板")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "code", "language", "version"],
                name="notice_template_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} {self.version}"


class NoticeSetting(models.Model):
    """How one person wants to be told; where to, says the person's contact."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="notice_setting", primary_key=True
    )
    # kinds in the order in which they are tried; None: the maker's order
    order = ArrayField(models.CharField(max_length=12, choices=CHANNEL_KINDS), null=True)
    language = models.CharField(_("语言"), max_length=16, blank=True)  # "": the account's

    class Meta:
        verbose_name = _("通知设置")

    def __str__(self) -> str:
        return str(self.person)


class QuietHours(models.Model):
    """When a person is not to be called, Asia/Shanghai; ``starts`` > ``ends`` spans midnight."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="quiet_hours", primary_key=True
    )
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    passes_from = models.PositiveSmallIntegerField(
        _("不受限的级别"), choices=SEVERITIES[1:], default=3
    )

    class Meta:
        verbose_name = _("免打扰时段")
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_span", condition=~models.Q(starts=models.F("ends"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts}-{self.ends}"
