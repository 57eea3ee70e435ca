"""Keys that vehicles sign with, keys their data units are encrypted with, and what was agreed on both."""

from __future__ import annotations

from typing import Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.records.models import Approval, Maker, Person
from voltward.records.tracking import tracked

REGISTERED: Final = "registered"
PENDING: Final = "pending"
ACTIVE: Final = "active"
REVOKED: Final = "revoked"


@tracked()
class TerminalKey(models.Model):
    """One public key of one chip (GB/T 32960.3-2025 annex A.2 and command 09).

    ``public_key``: hexadecimal, in the one form of ``seals.keys.canonical``. ``registered``: known
    before the vehicle spoke of it; ``pending``: a vehicle brought it, nobody knew it; ``active``: what
    the vehicle sends must be signed with it; ``revoked``: it proves nothing any more.
    """

    ALGORITHMS = [("sm2", "SM2"), ("rsa", "RSA"), ("ecc", "ECC")]
    STATES = [
        (REGISTERED, _("预登记")),
        (PENDING, _("待批准")),
        (ACTIVE, _("已启用")),
        (REVOKED, _("已撤销")),
    ]
    SOURCES = [("import", _("导入")), ("activation", _("车端激活"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="terminal_keys", verbose_name=_("车辆")
    )
    chip_id = models.CharField(
        _("芯片编号"),
        max_length=16,
        validators=[
            RegexValidator(r"^[!-~]{1,16}\Z", _("芯片编号应为 1 至 16 位可见 ASCII 字符。"))
        ],
    )
    algorithm = models.CharField(_("签名算法"), max_length=4, choices=ALGORITHMS)
    public_key = models.CharField(_("公钥"), max_length=2400)
    fingerprint = models.CharField(_("公钥指纹"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=REGISTERED)
    source = models.CharField(_("来源"), max_length=10, choices=SOURCES)
    valid_from = models.DateTimeField(_("有效期自"), null=True, blank=True)
    valid_until = models.DateTimeField(_("有效期至"), null=True, blank=True)
    known_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    activated_at = models.DateTimeField(_("启用时间"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, editable=False)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批")
    )

    class Meta:
        verbose_name = _("终端密钥")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "chip_id", "fingerprint"], name="terminal_key_once"
            ),
            models.UniqueConstraint(
                fields=["chip_id"],
                condition=models.Q(state=ACTIVE),
                name="terminal_key_chip_in_use_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_from__lt=models.F("valid_until")),
                name="terminal_key_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "known_at", "id"], name="terminal_key_by_time"),
            models.Index(fields=["maker", "chip_id", "id"], name="terminal_key_by_chip"),
            models.Index(fields=["maker", "valid_until", "id"], name="terminal_key_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle.vin} {self.chip_id}"


class TerminalDataKey(models.Model):
    """A key of data units that a vehicle brought by command 0B, sealed under the installation's key."""

    KINDS = [(3, "AES-128"), (5, "SM4")]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="data_keys")
    kind = models.PositiveSmallIntegerField(_("算法"), choices=KINDS)
    sealed = models.CharField(max_length=200)
    since = models.DateTimeField(_("启用时间"))
    until = models.DateTimeField(_("失效时间"))
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = _("数据单元密钥")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "kind", "since", "received_at"], name="terminal_data_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vehicle.vin} {self.get_kind_display()}"


class KeyGeneration(models.Model):
    """One row: grows with every change of what the gateways must know of keys, in commit order."""

    generation = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.generation)


@tracked()
class SealAgreement(models.Model):
    """What a maker has agreed with its terminals where the standard leaves it open, from a day on.

    Without a row: as ``seals.key_file.Agreement`` has it, which asks for the most.
    """

    MODES = [("cbc", "CBC"), ("gcm", "GCM"), ("ecb", "ECB")]
    PADDINGS = [("pkcs7", "PKCS#7"), ("zero", _("补零")), ("none", _("不填充"))]
    VECTORS = [("prefix", _("密文之前")), ("zero", _("全零"))]
    SM2_FORMS = [("c1c3c2", "C1C3C2"), ("c1c2c3", "C1C2C3"), ("der", "DER")]
    RSA_PADDINGS = [("pkcs1", "PKCS#1 v1.5"), ("oaep", "OAEP SHA-256")]
    WRAPS = [("sm2", "SM2"), ("rsa", "RSA"), ("none", _("不加密"))]
    STATES = [("proposed", _("待批准")), ("approved", _("已批准")), ("refused", _("未批准"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField(_("生效日期"))
    mode = models.CharField(_("分组模式（AES、SM4）"), max_length=3, choices=MODES)
    padding = models.CharField(_("填充"), max_length=5, choices=PADDINGS)
    vector = models.CharField(_("初始向量"), max_length=6, choices=VECTORS)
    sm2 = models.CharField(_("SM2 密文格式"), max_length=6, choices=SM2_FORMS)
    rsa = models.CharField(_("RSA 填充"), max_length=5, choices=RSA_PADDINGS)
    wrap = models.CharField(_("密钥交换的保护"), max_length=4, choices=WRAPS)
    logins_signed = models.BooleanField(_("登入须签名"), default=True)
    source = models.CharField(_("依据"), max_length=240)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default="proposed")
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批")
    )

    class Meta:
        verbose_name = _("签名与加密约定")
        indexes = [
            models.Index(fields=["maker", "effective_from", "id"], name="seal_agreement_by_day")
        ]

    def __str__(self) -> str:
        return f"{self.effective_from} {self.get_mode_display()}"
