"""The user monitoring agreement: its published texts, and who agreed to which and when."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models.owners import OwnerPeriod
from voltward.fleet.models.vehicles import Vehicle
from voltward.records.models import Maker
from voltward.records.tracking import tracked


class AgreementVersion(models.Model):
    """A published text, never edited: ``text_sha256`` proves which words were agreed to."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("版本号"), max_length=40)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"), max_length=200_000)
    text_sha256 = models.CharField(_("正文摘要（SHA-256）"), max_length=64)
    published_at = models.DateTimeField(_("发布时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("协议版本")
        constraints = [
            models.UniqueConstraint(fields=["maker", "code"], name="agreement_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.code}"


@tracked()
class Agreement(models.Model):
    """One owner's agreement for one vehicle. It ends with the owner period or its withdrawal."""

    CHANNELS = [
        ("paper", _("纸质签署")),
        ("app", _("手机应用")),
        ("vehicle", _("车机")),
        ("web", _("网页")),
        ("import", _("批量导入")),
    ]

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="agreements")
    owner_period = models.ForeignKey(
        OwnerPeriod, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    version = models.ForeignKey(
        AgreementVersion,
        on_delete=models.PROTECT,
        related_name="agreements",
        verbose_name=_("协议版本"),
    )
    agreed_at = models.DateTimeField(_("同意时间"))
    channel = models.CharField(_("签署方式"), max_length=12, choices=CHANNELS)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawal_note = models.CharField(_("撤回说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("监测服务协议")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "version", "agreed_at"], name="agreement_once"
            ),
            models.CheckConstraint(
                name="agreement_order",
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(withdrawn_at__gte=models.F("agreed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.version_id}"
