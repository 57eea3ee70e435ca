"""What gateways and processors noticed: clones, strangers, forged and recorded frames."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.records.models import Maker


class SecurityEvent(models.Model):
    """One kind of event of one VIN from one address, within one hour, however often it came.

    ``vin``: as it stood in the frame; of an unknown one there is no ``vehicle``. ``peer``: the address
    without its last part.
    """

    KINDS = [
        ("unknown_vin", _("未知 VIN")),
        ("wrong_vin", _("VIN 与登入不符")),
        ("possible_clone", _("疑似克隆")),
        ("bad_signature", _("签名错误")),
        ("unsigned", _("缺少签名")),
        ("downgrade", _("降级到 2016 版报文")),
        ("no_valid_key", _("无有效密钥")),
        ("decryption", _("解密失败")),
        ("replayed_login", _("登入报文重放")),
        ("replayed_data", _("数据报文重放")),
        ("bad_secret", _("平台密码错误")),
        ("activation", _("激活申请")),
        ("key_exchange", _("数据密钥交换")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("车辆")
    )
    vin = models.CharField("VIN", max_length=80)
    kind = models.CharField(_("事件"), max_length=16, choices=KINDS)
    hour = models.DateTimeField()
    first_at = models.DateTimeField(_("首次"))
    last_at = models.DateTimeField(_("最近"))
    count = models.PositiveIntegerField(_("次数"), default=1)
    peer = models.CharField(_("来源地址"), max_length=44, blank=True)
    stream = models.CharField(_("网关"), max_length=40)
    details = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = _("安全事件")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "kind", "vin", "peer", "hour"], name="security_event_once_an_hour"
            )
        ]
        indexes = [
            models.Index(fields=["maker", "last_at", "id"], name="security_event_by_time"),
            models.Index(fields=["maker", "vin", "id"], name="security_event_by_vin"),
            models.Index(fields=["maker", "count", "id"], name="security_event_by_count"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.vin}"


class SecurityStream(models.Model):
    """How far the follower has come in each stream: moved in the transaction that takes the events."""

    stream = models.CharField(max_length=80, unique=True)
    position = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.stream} {self.position}"
