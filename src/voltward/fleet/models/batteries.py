"""Battery types with their safe-use boundaries, and the packs that were built."""

from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class BatteryType(models.Model):
    """A kind of traction battery. ``name`` is what vehicles repeat as their text."""

    # storage type codes of the static registration, GB/T 32960.3 annex A.2 (08, 09: 2025 edition)
    CHEMISTRIES = [
        ("01", _("磷酸铁锂")),
        ("02", _("锰酸锂")),
        ("03", _("钴酸锂")),
        ("04", _("三元材料")),
        ("05", _("聚合物锂离子")),
        ("06", _("超级电容器")),
        ("07", _("钛酸锂")),
        ("08", _("钠离子")),
        ("09", _("固态电池")),
        ("FC", _("燃料电池")),
        ("FF", _("其他")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=80)
    chemistry = models.CharField(_("电化学体系"), max_length=2, choices=CHEMISTRIES, blank=True)
    producer = models.CharField(_("生产企业"), max_length=120, blank=True)
    cells = models.PositiveSmallIntegerField(_("单体数"), null=True, blank=True)
    probes = models.PositiveSmallIntegerField(_("温度探针数"), null=True, blank=True)
    max_working_voltage_v = models.FloatField(
        _("最高工作电压（V）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    rated_voltage_v = models.FloatField(
        _("额定电压（V）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    rated_energy_kwh = models.FloatField(
        _("额定能量（kWh）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    capacity_ah = models.FloatField(
        _("额定容量（Ah）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    cooling = models.CharField(_("冷却方式"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("电池类型")
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="battery_type_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class SafeBoundary(models.Model):
    """A version of the safe-use boundary (安全使用边界) of a battery type.

    Proposed by one person, in force from ``valid_from`` once a second one agreed; rows are never
    edited, a change is the next version.
    """

    STATES = [("proposed", _("待审批")), ("approved", _("已批准")), ("refused", _("已拒绝"))]
    CONFIDENCES = [("measured", _("实测")), ("supplier", _("供应商声明")), ("estimated", _("估计"))]

    battery_type = models.ForeignKey(
        BatteryType, on_delete=models.PROTECT, related_name="boundaries", verbose_name=_("电池类型")
    )
    version = models.PositiveSmallIntegerField(_("版本"))
    valid_from = models.DateField(_("生效日期"))
    highest_cell_voltage_v = models.FloatField(_("单体最高电压（V）"), null=True, blank=True)
    lowest_cell_voltage_v = models.FloatField(_("单体最低电压（V）"), null=True, blank=True)
    highest_temperature_c = models.FloatField(_("最高温度（°C）"), null=True, blank=True)
    lowest_temperature_c = models.FloatField(_("最低温度（°C）"), null=True, blank=True)
    lowest_charge_temperature_c = models.FloatField(_("最低充电温度（°C）"), null=True, blank=True)
    highest_charge_current_a = models.FloatField(_("最大充电电流（A）"), null=True, blank=True)
    highest_discharge_current_a = models.FloatField(_("最大放电电流（A）"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=12, choices=CONFIDENCES)
    state = models.CharField(_("状态"), max_length=12, choices=STATES, default="proposed")
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
    )

    class Meta:
        verbose_name = _("安全使用边界")
        constraints = [
            models.UniqueConstraint(
                fields=["battery_type", "version"], name="boundary_version_once"
            ),
            models.CheckConstraint(
                name="boundary_second_person",
                condition=~models.Q(state="approved")
                | (
                    models.Q(approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.battery_type} v{self.version}"


@tracked()
class BatteryPack(models.Model):
    """One traction battery with its code of GB/T 34014 (24 characters)."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(
        _("电池编码"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Z]{24}\Z", _("电池编码应为 24 位数字或大写字母。"))],
    )
    battery_type = models.ForeignKey(
        BatteryType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="packs",
        verbose_name=_("电池类型"),
    )
    produced_on = models.DateField(_("生产日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("电池包")
        indexes = [
            models.Index(fields=["maker", "code"], name="pack_maker_code"),
            models.Index(fields=["maker", "produced_on", "code"], name="pack_by_produced"),
        ]

    def __str__(self) -> str:
        return self.code


@tracked()
class PackFitting(models.Model):
    """Which pack was in which vehicle, from when until when; a swapped pack has many rows."""

    pack = models.ForeignKey(BatteryPack, on_delete=models.PROTECT, related_name="fittings")
    vehicle = models.ForeignKey(
        "fleet.Vehicle", on_delete=models.PROTECT, related_name="fittings", verbose_name=_("车辆")
    )
    fitted_on = models.DateField(_("装入日期"))
    removed_on = models.DateField(_("拆下日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("电池装配")
        constraints = [
            models.UniqueConstraint(
                fields=["pack"],
                condition=models.Q(removed_on__isnull=True),
                name="pack_in_one_vehicle",
            ),
            models.CheckConstraint(
                name="fitting_order",
                condition=models.Q(removed_on__isnull=True)
                | models.Q(removed_on__gte=models.F("fitted_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} · {self.vehicle}"
