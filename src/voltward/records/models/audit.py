"""The audit trail."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person


class AuditRow(models.Model):
    """Who did, tried or read what, when and from where. Rows are added and never changed.

    The application's role may only INSERT and SELECT (``append_only``), and a trigger refuses
    changes by anybody else.
    """

    append_only = True

    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    actor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    maker = models.ForeignKey(
        Maker, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("企业")
    )
    action = models.CharField(_("动作"), max_length=64)
    subject = models.CharField(_("对象"), max_length=120)
    result = models.CharField(
        _("结果"),
        max_length=8,
        choices=[
            ("done", _("完成")),
            ("read", _("读取")),
            ("refused", _("拒绝")),
            ("failed", _("失败")),
        ],
    )
    before = models.JSONField(_("之前"), default=dict)
    after = models.JSONField(_("之后"), default=dict)
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    request_number = models.CharField(_("请求编号"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("审计记录")
        indexes = [
            models.Index(fields=["maker", "-at"], name="audit_maker_at"),
            models.Index(fields=["subject", "-at"], name="audit_subject_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.action} {self.subject}"
