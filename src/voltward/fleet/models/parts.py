"""What a vehicle is made of: parts by serial and batch (genealogy), its terminal, its software."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models.vehicles import Vehicle
from voltward.records.models import Maker
from voltward.records.tracking import tracked


class PartRecord(models.Model):
    """One part that was built into one vehicle. Up to 20 million rows, so narrow and plain:

    the unique key answers VIN -> parts, the two others serial and batch -> VINs
    (docs/decisions/010: why the table is not partitioned).
    """

    KINDS = [
        ("battery", _("动力电池")),
        ("module", _("电池模组")),
        ("bms", _("电池管理系统")),
        ("motor", _("驱动电机")),
        ("controller", _("电机控制器")),
        ("charger", _("车载充电机")),
        ("dcdc", _("DC-DC 变换器")),
        ("terminal", _("车载终端")),
        ("engine", _("发动机")),
        ("other", _("其他")),
    ]
    SOURCES = [("office", _("人工录入")), ("import", _("批量导入")), ("production", _("生产系统"))]

    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.PROTECT,
        related_name="parts",
        db_index=False,  # the unique key begins with it
        verbose_name=_("车辆"),
    )
    kind = models.CharField(_("部件"), max_length=12, choices=KINDS)
    serial = models.CharField(_("序列号"), max_length=64)
    batch = models.CharField(_("批次"), max_length=64, blank=True)
    supplier = models.CharField(_("供应商"), max_length=80, blank=True)
    plant = models.CharField(_("产地"), max_length=80, blank=True)
    made_on = models.DateField(_("生产日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=12, choices=SOURCES, default="office")

    class Meta:
        verbose_name = _("部件")
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "kind", "serial"], name="part_once")
        ]
        indexes = [
            models.Index(fields=["serial"], name="part_serial", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["batch"],
                name="part_batch",
                opclasses=["varchar_pattern_ops"],
                condition=~models.Q(batch=""),
            ),
            models.Index(fields=["kind", "id"], name="part_kind"),  # the list of one kind
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"


@tracked()
class Terminal(models.Model):
    """A vehicle's terminal: SIM, firmware, and the key that its frames are signed with (2025)."""

    ALGORITHMS = [("sm2", "SM2"), ("rsa", "RSA"), ("ecc", "ECC")]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(_("终端编号"), max_length=40)
    iccid = models.CharField(
        "ICCID",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9A-Z]{20}\Z", _("ICCID 应为 20 位数字或大写字母。"))],
    )
    firmware = models.CharField(_("固件版本"), max_length=40, blank=True)
    chip_id = models.CharField(_("芯片编号"), max_length=64, blank=True)
    algorithm = models.CharField(_("签名算法"), max_length=4, choices=ALGORITHMS, blank=True)
    public_key = models.CharField(_("公钥"), max_length=600, blank=True)
    vehicle = models.OneToOneField(
        Vehicle,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="terminal",
        verbose_name=_("车辆"),
    )

    class Meta:
        verbose_name = _("车载终端")
        constraints = [
            models.UniqueConstraint(fields=["maker", "serial"], name="terminal_serial_once"),
            models.UniqueConstraint(
                fields=["iccid"], condition=~models.Q(iccid=""), name="terminal_iccid_once"
            ),
            models.UniqueConstraint(
                fields=["chip_id"], condition=~models.Q(chip_id=""), name="terminal_chip_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["iccid"],
                name="terminal_iccid",
                opclasses=["varchar_pattern_ops"],
                condition=~models.Q(iccid=""),
            ),
            models.Index(fields=["maker", "iccid", "serial"], name="terminal_by_iccid"),
            models.Index(fields=["maker", "firmware", "serial"], name="terminal_by_firmware"),
        ]

    def __str__(self) -> str:
        return self.serial


@tracked()
class SoftwareVersion(models.Model):
    """A version that was put on a control unit of a vehicle; the newest is the one that runs."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="software")
    unit = models.CharField(_("控制器"), max_length=40)
    version = models.CharField(_("版本"), max_length=80)
    installed_at = models.DateTimeField(_("安装时间"))

    class Meta:
        verbose_name = _("软件版本")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "unit", "installed_at"], name="software_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.version}"
