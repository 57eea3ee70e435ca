"""The phone tree (电话树): whom to call for what, in order, in versions."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Maker, Person
from voltward.records.protection import masks
from voltward.records.protection.fields import ProtectedRecord, ProtectedText

PLATFORM = "platform"
TOPICS = [
    ("fire", _("火警（119）")),
    ("rescue", _("急救（120）")),
    ("police", _("公安交管（110、122）")),
    ("towing", _("拖车与救援")),
    ("battery", _("电池企业")),
    ("safety", _("安全负责人")),
    ("aftersales", _("售后与网点")),
    ("regulator", _("主管部门")),
    (PLATFORM, _("平台故障")),
]


class PhoneTreeVersion(models.Model):
    """One version of a maker's phone tree; rows are only added, each with the change that made it."""

    append_only = True

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("版本"))
    change = models.CharField(_("变更"), max_length=200)
    made_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("变更人")
    )
    made_at = models.DateTimeField(_("变更时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("电话树版本")
        constraints = [
            models.UniqueConstraint(fields=["maker", "number"], name="phone_tree_version_once")
        ]

    def __str__(self) -> str:
        return str(self.number)


class PhoneEntry(ProtectedRecord):
    """One line: whom, under which number. Good from version ``since`` up to, not with, ``until``.

    ``number`` is public (119, a hotline); a person's own lies in ``personal_number``, and goes with the
    line when that is taken out.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(_("事项"), max_length=12, choices=TOPICS)
    position = models.PositiveSmallIntegerField(_("顺序"), default=10)
    name = models.CharField(_("联系对象"), max_length=80)
    number = models.CharField(_("公开号码"), max_length=32, blank=True)
    personal_number = ProtectedText(_("个人号码"), mask=masks.phone)
    hours = models.CharField(_("时间与说明"), max_length=120, blank=True)
    since = models.PositiveIntegerField(_("起始版本"))
    until = models.PositiveIntegerField(_("终止版本"), null=True)

    class Meta:
        verbose_name = _("电话")
        indexes = [
            models.Index(fields=["maker", "topic", "position", "id"], name="phone_entry_in_order")
        ]

    def __str__(self) -> str:
        return self.name

    def protected_subject(self) -> str:
        return f"PhoneEntry:{self.sealed_id}"

    def protected_maker_id(self) -> int | None:
        return self.maker_id

    @classmethod
    def protected_rows(cls, subject: str) -> models.QuerySet[PhoneEntry]:
        kind, _colon, key = subject.partition(":")
        return cls.objects.filter(sealed_id=key) if kind == "PhoneEntry" else cls.objects.none()
