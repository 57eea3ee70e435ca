"""Addresses of other programs that are told of alarms and cases, and every try to tell them."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked

KINDS = [
    ("alarm.opened", _("告警发生")),
    ("alarm.worse", _("告警加重")),
    ("alarm.cleared", _("告警解除")),
    ("alarm.closed", _("告警关闭")),
    ("case.opened", _("关注案件建立")),
    ("case.closed", _("关注案件关闭")),
]


@tracked(exclude=["sealed", "last_tried_at", "last_outcome", "last_answer", "down_until"])
class Webhook(models.Model):
    """One address; ``sealed``: the key that signs what it is sent, opened when something is sent."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=80)
    url = models.CharField(_("地址"), max_length=300)
    kinds = ArrayField(models.CharField(max_length=16, choices=KINDS), verbose_name=_("事件"))
    sealed = models.BinaryField(null=True)
    created_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("建立人")
    )
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    closed_at = models.DateTimeField(_("停用时间"), null=True)
    last_tried_at = models.DateTimeField(_("最近发送"), null=True)
    last_outcome = models.CharField(_("最近结果"), max_length=8, blank=True)
    last_answer = models.CharField(max_length=200, blank=True)
    down_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("回调地址")
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="webhook_once")]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one address. ``event``: what it tells of, once; ``until_at``: given up then."""

    STATES = [
        ("waiting", _("待发送")),
        ("sending", _("发送中")),
        ("again", _("待重试")),
        ("sent", _("已发出")),
        ("failed", _("失败")),
        ("unneeded", _("无需发送")),
    ]
    ACTIVE = ("waiting", "sending", "again")

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(_("事件"), max_length=16, choices=KINDS)
    event = models.CharField(max_length=80)
    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    body = models.JSONField()
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default="waiting")
    due_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(_("重试至"))
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    created_at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("发出时间"), null=True)

    class Meta:
        verbose_name = _("回调记录")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "kind", "event"], name="webhook_event_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="webhook_due",
                condition=models.Q(state__in=("waiting", "sending", "again")),
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def last_answer(self) -> str:
        """What the newest try came to; "" before there is one."""
        tries = sorted(self.tries.all(), key=lambda one: one.pk)
        return str(tries[-1].answer) if tries else ""


class WebhookTry(models.Model):
    """One try: begun before anything leaves, ended when the answer is known."""

    OUTCOMES = [
        ("begun", _("进行中")),
        ("sent", _("已发出")),
        ("again", _("暂时失败")),
        ("refused", _("被拒绝")),
        ("lost", _("结果未知")),
    ]

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.PROTECT, related_name="tries")
    begun_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=OUTCOMES, default="begun")
    answer = models.CharField(_("应答"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("回调的尝试")

    def __str__(self) -> str:
        return f"{self.begun_at} {self.outcome}"
