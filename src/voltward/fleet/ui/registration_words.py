"""The printed names of the static data of a vehicle, in the order of the registration form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Text

TITLES: dict[str, Text] = {
    "vin": "VIN",
    "iccid": "ICCID",
    "model": _("车型"),
    "configuration_name": _("配置名称"),
    "protocol_edition": _("协议版本"),
    "drive": _("驱动类型"),
    "produced_on": _("生产日期"),
    "motor_layout": _("电机布置型式"),
    "top_speed_kmh": _("最高车速（km/h）"),
    "electric_range_km": _("纯电续驶里程（km）"),
    "range_method": _("续驶里程测试方法"),
    "gear_ratios": _("各挡传动比"),
    "alarm_thresholds": _("通用报警预值"),
    "pack_codes": _("电池编码"),
    "chemistry": _("电化学体系"),
    "energy_kwh": _("额定能量（kWh）"),
    "rated_voltage_v": _("额定电压（V）"),
    "total_voltage_method": _("总电压计算方式"),
    "battery_cooling": _("电池冷却方式"),
    "is_swappable": _("可换电"),
    "has_range_extender": _("带增程器"),
    "motor_model": _("电机型号"),
    "motor_serials": _("电机序列号"),
    "motor_cooling": _("电机冷却方式"),
    "motor_rated_voltage_v": _("电机额定电压（V）"),
    "motor_max_current_a": _("最大工作电流（A）"),
    "motor_peak_power_kw": _("峰值功率（kW）"),
    "motor_peak_speed_rpm": _("最高转速（r/min）"),
    "motor_peak_torque_nm": _("峰值转矩（N·m）"),
    "engine_serials": _("发动机编号"),
    "fuel_type": _("燃料类型"),
    "fuel_grade": _("燃料标号"),
    "engine_power_kw": _("发动机最大功率（kW）"),
    "engine_torque_nm": _("发动机最大转矩（N·m）"),
    "fuel_cell_details": _("燃料电池参数"),
    "chip_id": _("芯片编号"),
    "algorithm": _("签名算法"),
    "public_key": _("公钥"),
}
