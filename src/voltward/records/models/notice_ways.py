"""The ways out of the house, and who is told next when nobody says that it was seen."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.organisation import Post, Unit
from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked

INBOX = "inbox"
CHANNEL_KINDS = [
    (INBOX, _("站内信")),
    ("email", _("电子邮件")),
    ("wecom", _("企业微信群机器人")),
    ("dingtalk", _("钉钉群机器人")),
    ("feishu", _("飞书群机器人")),
    ("sms", _("短信")),
    ("voice", _("语音电话")),
]
OUTSIDE_KINDS = CHANNEL_KINDS[1:]


@tracked(exclude=["sealed", "last_tried_at", "last_outcome", "last_answer", "down_until"])
class Channel(models.Model):
    """One way out: a mail server, a group's robot, an SMS gateway. The inbox needs no row.

    ``settings`` hold nothing secret; ``sealed`` is the secret part, opened by ``SecretSource`` only.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(_("渠道"), max_length=12, choices=OUTSIDE_KINDS)
    name = models.CharField(_("名称"), max_length=80)
    position = models.PositiveSmallIntegerField(_("顺序"), default=10)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    closed_at = models.DateTimeField(_("停用时间"), null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_tried_at = models.DateTimeField(_("最近发送"), null=True)
    last_outcome = models.CharField(_("最近结果"), max_length=8, blank=True)
    last_answer = models.CharField(max_length=200, blank=True)
    # until then it is taken for down, and what would go through it takes the next way at once
    down_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("通知渠道")
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="channel_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class EscalationChain(models.Model):
    """Whom a notice reaches one after the other until somebody acknowledges it."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=32)
    name = models.CharField(_("名称"), max_length=80)
    closed_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("升级链")
        constraints = [
            models.UniqueConstraint(fields=["maker", "code"], name="escalation_chain_once")
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class EscalationStep(models.Model):
    """One step: exactly one of person, role (in a unit) and post."""

    chain = models.ForeignKey(EscalationChain, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("步骤"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=32, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("组织单元")
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("岗位")
    )
    # kinds in the order in which they are tried; empty: each person's own order
    channels = ArrayField(models.CharField(max_length=12, choices=OUTSIDE_KINDS), default=list)
    wait_min = models.PositiveSmallIntegerField(_("等待（分钟）"))

    class Meta:
        verbose_name = _("升级步骤")
        constraints = [
            models.UniqueConstraint(fields=["chain", "order"], name="escalation_step_once"),
            models.CheckConstraint(
                name="escalation_step_whom",
                condition=models.Q(person__isnull=False, role="", unit=None, post=None)
                | (models.Q(person=None, post=None) & ~models.Q(role=""))
                | models.Q(person=None, role="", unit=None, post__isnull=False),
            ),
            models.CheckConstraint(
                name="escalation_step_wait", condition=models.Q(wait_min__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.order}"
