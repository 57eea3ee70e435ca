"""What is built: platform (产品技术平台), model, configuration, and the kinds of motor and controller."""

from __future__ import annotations

from typing import Final

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models.batteries import BatteryType
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked

DEFAULT_LIFE_YEARS: Final = 15
LEAST_LIFE_YEARS: Final = 10
SIGNS = [(1, _("放电为正")), (-1, _("充电为正"))]


@tracked()
class Platform(models.Model):
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=40)
    name = models.CharField(_("名称"), max_length=80)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("产品技术平台")
        constraints = [models.UniqueConstraint(fields=["maker", "code"], name="platform_code_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class VehicleModel(models.Model):
    """A model of vehicle. ``name`` is what vehicles repeat as their text.

    ``current_sign``: +1 where its total current is positive while discharging, None: not known.
    ``life_years``: expected life; archives are kept at least as long.
    """

    DRIVES = [
        ("bev", _("纯电动")),
        ("phev", _("插电式混合动力")),
        ("erev", _("增程式")),
        ("fcev", _("燃料电池")),
    ]
    RANGE_METHODS = [("cltc", "CLTC"), ("nedc", "NEDC"), ("wltc", "WLTC"), ("other", _("其他"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(
        Platform,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vehicle_models",
        verbose_name=_("产品技术平台"),
    )
    name = models.CharField(_("车型"), max_length=80)
    notice_code = models.CharField(_("公告型号"), max_length=40, blank=True)
    drive = models.CharField(_("驱动类型"), max_length=8, choices=DRIVES, blank=True)
    motor_layout = models.CharField(_("电机布置型式"), max_length=80, blank=True)
    top_speed_kmh = models.FloatField(
        _("最高车速（km/h）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    electric_range_km = models.FloatField(
        _("纯电续驶里程（km）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    range_method = models.CharField(
        _("续驶里程测试方法"), max_length=8, choices=RANGE_METHODS, blank=True
    )
    gear_ratios = models.CharField(_("各挡传动比"), max_length=200, blank=True)
    alarm_thresholds = models.TextField(_("通用报警预值"), max_length=2000, blank=True)
    life_years = models.PositiveSmallIntegerField(
        _("预期使用年限（年）"),
        default=DEFAULT_LIFE_YEARS,
        validators=[MinValueValidator(LEAST_LIFE_YEARS)],
    )
    current_sign = models.SmallIntegerField(
        _("电流符号"), choices=SIGNS, null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("车型")
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="vehicle_model_once"),
            models.CheckConstraint(
                name="vehicle_model_life", condition=models.Q(life_years__gte=LEAST_LIFE_YEARS)
            ),
            models.CheckConstraint(
                name="vehicle_model_sign",
                condition=models.Q(current_sign__isnull=True) | models.Q(current_sign__in=[1, -1]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class CurrentSignProposal(models.Model):
    """What the SOC trend says about a model's sign of current; a person confirms or refuses it."""

    STATES = [("proposed", _("待确认")), ("confirmed", _("已确认")), ("refused", _("已否定"))]

    model = models.ForeignKey(VehicleModel, on_delete=models.PROTECT, related_name="sign_proposals")
    sign = models.SmallIntegerField(_("电流符号"), choices=SIGNS)
    # counts and correlation it was judged on: see current_sign.Evidence
    evidence = models.JSONField(_("依据"))
    state = models.CharField(_("状态"), max_length=12, choices=STATES, default="proposed")
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("电流符号建议")
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=models.Q(state="proposed"), name="sign_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.sign:+d}"


class _DriveUnit(models.Model):
    """What the kinds of motor and of controller have in common."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("型号"), max_length=80)
    producer = models.CharField(_("生产企业"), max_length=120, blank=True)
    cooling = models.CharField(_("冷却方式"), max_length=40, blank=True)
    rated_voltage_v = models.FloatField(
        _("额定电压（V）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    max_current_a = models.FloatField(
        _("最大工作电流（A）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


@tracked()
class MotorType(_DriveUnit):
    peak_power_kw = models.FloatField(
        _("峰值功率（kW）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    peak_speed_rpm = models.FloatField(
        _("最高转速（r/min）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    peak_torque_nm = models.FloatField(
        _("峰值转矩（N·m）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )

    class Meta:
        verbose_name = _("电机型号")
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="motor_type_once")]


@tracked()
class ControllerType(_DriveUnit):
    class Meta:
        verbose_name = _("电机控制器型号")
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="controller_once")]


@tracked()
class Configuration(models.Model):
    """A configuration of a model; ``name`` may be empty where a model has only one."""

    EDITIONS = [("2016", "GB/T 32960.3-2016"), ("2025", "GB/T 32960.3-2025")]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(
        VehicleModel,
        on_delete=models.PROTECT,
        related_name="configurations",
        verbose_name=_("车型"),
    )
    name = models.CharField(_("配置名称"), max_length=80, blank=True)
    battery_type = models.ForeignKey(
        BatteryType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="configurations",
        verbose_name=_("电池类型"),
    )
    motor_type = models.ForeignKey(
        MotorType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="configurations",
        verbose_name=_("电机型号"),
    )
    controller_type = models.ForeignKey(
        ControllerType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="configurations",
        verbose_name=_("电机控制器型号"),
    )
    protocol_edition = models.CharField(_("协议版本"), max_length=4, choices=EDITIONS, blank=True)
    total_voltage_method = models.CharField(_("总电压计算方式"), max_length=120, blank=True)
    is_swappable = models.BooleanField(_("可换电"), null=True, blank=True)
    has_range_extender = models.BooleanField(_("带增程器"), null=True, blank=True)
    fuel_type = models.CharField(_("燃料类型"), max_length=40, blank=True)
    fuel_grade = models.CharField(_("燃料标号"), max_length=20, blank=True)
    engine_power_kw = models.FloatField(
        _("发动机最大功率（kW）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    engine_torque_nm = models.FloatField(
        _("发动机最大转矩（N·m）"), null=True, blank=True, validators=[MinValueValidator(0.0)]
    )
    fuel_cell_details = models.CharField(_("燃料电池参数"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("配置")
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="configuration_once")]

    def __str__(self) -> str:
        return f"{self.model.name} · {self.name}" if self.name else self.model.name
