"""How a revision's data units are encrypted and signed; a revision without a row sends them plain."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.exchange.models.platforms import PlatformRevision
from voltward.exchange.models.terminal_keys import SealAgreement
from voltward.records.models import Maker
from voltward.records.tracking import tracked
from voltward.uplink.covers import MOST_VALID_H


@tracked(exclude=["sealed"])
class PlatformCover(models.Model):
    """What was agreed with the platform where the standard leaves it open (``uplink.covers.Cover``).

    ``sealed``: the data key of AES and SM4, opened only to be told to the uplink.
    """

    SIGNATURES = [("", _("不签名")), ("sm2", "SM2"), ("rsa", "RSA"), ("ecc", "ECC")]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    revision = models.OneToOneField(
        PlatformRevision, on_delete=models.PROTECT, related_name="cover", verbose_name=_("版本")
    )
    mode = models.CharField(
        _("分组模式（AES、SM4）"), max_length=3, choices=SealAgreement.MODES, default="cbc"
    )
    padding = models.CharField(
        _("填充"), max_length=5, choices=SealAgreement.PADDINGS, default="pkcs7"
    )
    vector = models.CharField(
        _("初始向量"), max_length=6, choices=SealAgreement.VECTORS, default="prefix"
    )
    sm2 = models.CharField(
        _("SM2 密文格式"), max_length=6, choices=SealAgreement.SM2_FORMS, default="c1c3c2"
    )
    rsa = models.CharField(
        _("RSA 填充"), max_length=5, choices=SealAgreement.RSA_PADDINGS, default="pkcs1"
    )
    peer_key = models.TextField(_("对方公钥（PEM 或十六进制）"), max_length=4000, blank=True)
    sealed = models.BinaryField(null=True)
    key_set_at = models.DateTimeField(_("数据密钥更换时间"), null=True)
    exchanges = models.BooleanField(_("以密钥交换（0B）下发数据密钥"), default=False)
    wrap = models.CharField(
        _("密钥交换的保护"), max_length=4, choices=SealAgreement.WRAPS, default="sm2"
    )
    valid_h = models.PositiveIntegerField(
        _("密钥交换的有效时间（小时）"),
        default=24 * 30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_VALID_H)],
    )
    login_too = models.BooleanField(_("平台登入也加密"), default=False)
    signature = models.CharField(
        _("平台签名"), max_length=3, choices=SIGNATURES, default="", blank=True
    )
    with_marker = models.BooleanField(_("签名范围含起始标志 FF"), default=False)

    class Meta:
        verbose_name = _("平台加密与签名")

    def __str__(self) -> str:
        return str(self.revision)
