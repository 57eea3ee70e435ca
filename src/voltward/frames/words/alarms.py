"""General alarm flags (通用报警标志位) and alarm levels of both editions."""

from voltward.frames.words.phrase import Phrase

ALARM_FLAGS = {
    "temperature_difference": Phrase("温度差异报警", "Temperature difference"),
    "battery_over_temperature": Phrase("电池高温报警", "Battery over-temperature"),
    "storage_over_voltage": Phrase("车载储能装置类型过压报警", "Storage device over-voltage"),
    "storage_under_voltage": Phrase("车载储能装置类型欠压报警", "Storage device under-voltage"),
    "soc_low": Phrase("SOC低报警", "SOC low"),
    "cell_over_voltage": Phrase("单体电池过压报警", "Cell over-voltage"),
    "cell_under_voltage": Phrase("单体电池欠压报警", "Cell under-voltage"),
    "unit_over_voltage": Phrase("最小并联单元过压报警", "Parallel-unit over-voltage"),
    "unit_under_voltage": Phrase("最小并联单元欠压报警", "Parallel-unit under-voltage"),
    "soc_too_high": Phrase("SOC过高报警", "SOC too high"),
    "soc_jump": Phrase("SOC跳变报警", "SOC jump"),
    "storage_mismatch": Phrase("可充电储能系统不匹配报警", "Storage system mismatch"),
    "cell_consistency_poor": Phrase("电池单体一致性差报警", "Poor cell consistency"),
    "unit_consistency_poor": Phrase("最小并联单元一致性差报警", "Poor parallel-unit consistency"),
    "insulation": Phrase("绝缘报警", "Insulation"),
    "insulation_failure": Phrase("绝缘电阻失效报警", "Insulation resistance failure"),
    "dcdc_temperature": Phrase("DC-DC温度报警", "DC-DC temperature"),
    "brake_system": Phrase("制动系统报警", "Brake system"),
    "dcdc_status": Phrase("DC-DC状态报警", "DC-DC status"),
    "motor_controller_temperature": Phrase(
        "驱动电机控制器温度报警", "Motor controller temperature"
    ),
    "high_voltage_interlock": Phrase("高压互锁状态报警", "High-voltage interlock"),
    "motor_temperature": Phrase("驱动电机温度报警", "Motor temperature"),
    "storage_over_charge": Phrase("车载储能装置类型过充报警", "Storage device over-charge"),
    "motor_over_speed": Phrase("驱动电机超速报警", "Motor over-speed"),
    "motor_over_current": Phrase("驱动电机过流报警", "Motor over-current"),
    "supercapacitor_over_temperature": Phrase(
        "超级电容过温报警", "Supercapacitor over-temperature"
    ),
    "supercapacitor_over_voltage": Phrase("超级电容过压报警", "Supercapacitor over-voltage"),
    "storage_thermal_event": Phrase("可充电储能装置热事件报警", "Storage thermal event"),
    "hydrogen_leak": Phrase("氢气泄漏异常报警", "Hydrogen leak"),
    "hydrogen_pressure": Phrase("车载氢系统压力异常报警", "Hydrogen pressure abnormal"),
    "hydrogen_temperature": Phrase("车载氢系统温度异常报警", "Hydrogen temperature abnormal"),
    "stack_over_temperature": Phrase("燃料电池电堆超温报警", "Fuel cell stack over-temperature"),
}

ALARM_LEVELS = {
    0: Phrase("无报警", "No alarm"),
    1: Phrase("1级，不影响行驶", "Level 1, does not affect driving"),
    2: Phrase("2级，影响性能，需限制行驶", "Level 2, the driver must limit driving"),
    3: Phrase("3级，应立即停车或求助", "Level 3, stop at once or call for help"),
    4: Phrase("4级，热事件", "Level 4, thermal event"),
}
