"""Names of fields; a key with a point is that of one information type or command alone."""

from voltward.frames.words.phrase import Phrase

_REPORTS = {
    "time": Phrase("数据采集时间", "Collection time"),
    "items": Phrase("信息体", "Information item"),
    "number": Phrase("序号", "Number"),
    "vehicle.state": Phrase("车辆状态", "Vehicle state"),
    "charging": Phrase("充电状态", "Charge state"),
    "drive_mode": Phrase("运行模式", "Drive mode"),
    "speed_kmh": Phrase("车速", "Speed"),
    "odometer_km": Phrase("累计里程", "Odometer"),
    "total_voltage_v": Phrase("总电压", "Total voltage"),
    "total_current_a": Phrase("总电流", "Total current"),
    "soc_pct": Phrase("SOC", "State of charge"),
    "dcdc": Phrase("DC-DC状态", "DC-DC state"),
    "gear": Phrase("挡位", "Gear"),
    "insulation_kohm": Phrase("绝缘电阻", "Insulation resistance"),
    "accelerator_pct": Phrase("加速踏板行程值", "Accelerator pedal"),
    "brake_pct": Phrase("制动踏板状态", "Brake pedal"),
    "motor_count": Phrase("驱动电机个数", "Motor count"),
    "motors": Phrase("驱动电机", "Motor"),
    "motors.number": Phrase("驱动电机序号", "Motor number"),
    "motors.state": Phrase("驱动电机状态", "Motor state"),
    "controller_temp_c": Phrase("驱动电机控制器温度", "Motor controller temperature"),
    "speed_rpm": Phrase("驱动电机转速", "Motor speed"),
    "torque_nm": Phrase("驱动电机转矩", "Motor torque"),
    "motor_temp_c": Phrase("驱动电机温度", "Motor temperature"),
    "controller_voltage_v": Phrase("电机控制器输入电压", "Motor controller input voltage"),
    "dc_bus_current_a": Phrase("电机控制器直流母线电流", "Motor controller DC bus current"),
    "engine.state": Phrase("发动机状态", "Engine state"),
    "crankshaft_rpm": Phrase("曲轴转速", "Crankshaft speed"),
    "fuel_l_per_100km": Phrase("燃料消耗率", "Fuel consumption"),
    "status_raw": Phrase("定位状态", "Position status"),
    "fix": Phrase("定位有效性", "Position fix"),
    "latitude_hemisphere": Phrase("南北纬", "Latitude hemisphere"),
    "longitude_hemisphere": Phrase("东西经", "Longitude hemisphere"),
    "datum": Phrase("坐标系", "Datum"),
    "longitude_deg": Phrase("经度", "Longitude"),
    "latitude_deg": Phrase("纬度", "Latitude"),
    "level": Phrase("最高报警等级", "Highest alarm level"),
    "flags": Phrase("通用报警标志", "General alarm flags"),
    "flag_bits": Phrase("置位的报警标志", "Alarm flags set"),
    "storage_fault_codes": Phrase("可充电储能装置故障代码", "Storage fault codes"),
    "motor_fault_codes": Phrase("驱动电机故障代码", "Motor fault codes"),
    "engine_fault_codes": Phrase("发动机故障代码", "Engine fault codes"),
    "other_fault_codes": Phrase("其他故障代码", "Other fault codes"),
    "flag_levels": Phrase("通用报警故障等级", "Levels of general alarms"),
    "flag_number": Phrase("报警标志位", "Alarm flag bit"),
    "flag_level": Phrase("报警等级", "Alarm level"),
    "data_hex": Phrase("自定义数据", "Custom data"),
}

_STORAGE = {
    "pack_count": Phrase("可充电储能子系统个数", "Pack count"),
    "packs": Phrase("可充电储能子系统", "Pack"),
    "cell_voltages.number": Phrase("可充电储能子系统号", "Pack number"),
    "probe_temps.number": Phrase("可充电储能子系统号", "Pack number"),
    "voltage_v": Phrase("电压", "Voltage"),
    "current_a": Phrase("电流", "Current"),
    "cell_voltages.voltage_v": Phrase("可充电储能装置电压", "Pack voltage"),
    "cell_voltages.current_a": Phrase("可充电储能装置电流", "Pack current"),
    "cell_count": Phrase("单体电池总数", "Cell count"),
    "first_cell": Phrase("本帧起始电池序号", "First cell of this frame"),
    "cells_in_frame": Phrase("本帧单体电池总数", "Cells in this frame"),
    "cell_voltages_v": Phrase("单体电池电压", "Cell voltage"),
    "probe_count": Phrase("温度探针个数", "Probe count"),
    "probe_temps_c": Phrase("温度探针温度值", "Probe temperature"),
    "highest_voltage_pack": Phrase("最高电压电池子系统号", "Pack of the highest voltage"),
    "highest_voltage_cell": Phrase("最高电压电池单体代号", "Cell of the highest voltage"),
    "highest_voltage_v": Phrase("电池单体电压最高值", "Highest cell voltage"),
    "lowest_voltage_pack": Phrase("最低电压电池子系统号", "Pack of the lowest voltage"),
    "lowest_voltage_cell": Phrase("最低电压电池单体代号", "Cell of the lowest voltage"),
    "lowest_voltage_v": Phrase("电池单体电压最低值", "Lowest cell voltage"),
    "highest_temp_pack": Phrase("最高温度子系统号", "Pack of the highest temperature"),
    "highest_temp_probe": Phrase("最高温度探针序号", "Probe of the highest temperature"),
    "highest_temp_c": Phrase("最高温度值", "Highest temperature"),
    "lowest_temp_pack": Phrase("最低温度子系统号", "Pack of the lowest temperature"),
    "lowest_temp_probe": Phrase("最低温度探针序号", "Probe of the lowest temperature"),
    "lowest_temp_c": Phrase("最低温度值", "Lowest temperature"),
    "supercapacitor.number": Phrase("超级电容管理系统号", "Supercapacitor system number"),
    "supercapacitor.voltage_v": Phrase("超级电容总电压", "Supercapacitor voltage"),
    "supercapacitor.current_a": Phrase("超级电容总电流", "Supercapacitor current"),
    "supercapacitor.cell_count": Phrase("超级电容单体总数", "Supercapacitor cell count"),
    "supercapacitor.cell_voltages_v": Phrase("超级电容单体电压", "Supercapacitor cell voltage"),
    "highest_voltage_system": Phrase("最高电压系统号", "System of the highest voltage"),
    "lowest_voltage_system": Phrase("最低电压系统号", "System of the lowest voltage"),
    "highest_temp_system": Phrase("最高温度系统号", "System of the highest temperature"),
    "lowest_temp_system": Phrase("最低温度系统号", "System of the lowest temperature"),
}

_FUEL_CELL = {
    "fuel_cell.voltage_v": Phrase("燃料电池电压", "Fuel cell voltage"),
    "fuel_cell.current_a": Phrase("燃料电池电流", "Fuel cell current"),
    "hydrogen_kg_per_100km": Phrase("燃料消耗率", "Fuel consumption"),
    "hydrogen_highest_temp_c": Phrase("氢系统中最高温度", "Highest hydrogen temperature"),
    "hydrogen_highest_temp_probe": Phrase(
        "氢系统中最高温度探针代号", "Probe of the highest hydrogen temperature"
    ),
    "hydrogen_highest_concentration_mg_per_kg": Phrase(
        "氢气最高浓度", "Highest hydrogen concentration"
    ),
    "hydrogen_highest_concentration_pct_vol": Phrase(
        "氢气最高浓度", "Highest hydrogen concentration"
    ),
    "hydrogen_highest_concentration_sensor": Phrase(
        "氢气最高浓度传感器代号", "Sensor of the highest hydrogen concentration"
    ),
    "hydrogen_highest_pressure_mpa": Phrase("氢气最高压力", "Highest hydrogen pressure"),
    "hydrogen_highest_pressure_sensor": Phrase(
        "氢气最高压力传感器代号", "Sensor of the highest hydrogen pressure"
    ),
    "hv_dcdc": Phrase("高压DC/DC状态", "High-voltage DC/DC state"),
    "hydrogen_remaining_pct": Phrase("剩余氢量百分比", "Hydrogen remaining"),
    "hv_dcdc_temp_c": Phrase("高压DC/DC控制器温度", "High-voltage DC/DC controller temperature"),
    "stack_count": Phrase("燃料电池电堆个数", "Stack count"),
    "stacks": Phrase("燃料电池电堆", "Stack"),
    "fuel_cell_stacks.number": Phrase("电堆序号", "Stack number"),
    "fuel_cell_stacks.voltage_v": Phrase("电堆电压", "Stack voltage"),
    "fuel_cell_stacks.current_a": Phrase("电堆电流", "Stack current"),
    "hydrogen_inlet_kpa": Phrase("氢气入口压力", "Hydrogen inlet pressure"),
    "air_inlet_kpa": Phrase("空气入口压力", "Air inlet pressure"),
    "air_inlet_temp_c": Phrase("空气入口温度", "Air inlet temperature"),
    "coolant_outlet_temps_c": Phrase("冷却水出水口温度", "Coolant outlet temperature"),
}

_COMMANDS = {
    "vehicle_login.time": Phrase("登入时间", "Login time"),
    "vehicle_logout.time": Phrase("登出时间", "Logout time"),
    "platform_login.time": Phrase("平台登入时间", "Platform login time"),
    "platform_logout.time": Phrase("平台登出时间", "Platform logout time"),
    "time_sync.time": Phrase("平台时间", "Platform time"),
    "sequence": Phrase("流水号", "Sequence number"),
    "iccid": Phrase("ICCID", "ICCID"),
    "subsystems": Phrase("可充电储能子系统数", "Storage subsystems"),
    "code_length": Phrase("可充电储能系统编码长度", "Storage code length"),
    "packs_per_bms": Phrase("各电池管理系统的动力蓄电池包个数", "Battery packs of the BMS"),
    "pack_codes": Phrase("可充电储能系统编码", "Storage code"),
    "user": Phrase("平台用户名", "Platform user"),
    "password": Phrase("平台密码", "Platform password"),
    "encryption": Phrase("加密规则", "Encryption rule"),
    "chip_id": Phrase("芯片ID", "Chip id"),
    "public_key_hex": Phrase("公钥", "Public key"),
    "vin": Phrase("车辆识别代号", "VIN"),
    "result": Phrase("激活结果", "Activation result"),
    "info": Phrase("激活失败信息", "Activation information"),
    "signature": Phrase("签名信息", "Signature"),
    "algorithm": Phrase("签名算法", "Signature algorithm"),
    "r_hex": Phrase("签名R值", "Signature R"),
    "s_hex": Phrase("签名S值", "Signature S"),
    "key_type": Phrase("密钥类型", "Key type"),
    "key_hex": Phrase("密钥", "Key"),
    "valid_from": Phrase("启用时间", "Valid from"),
    "valid_until": Phrase("失效时间", "Valid until"),
    "count": Phrase("参数总数", "Parameter count"),
    "ids": Phrase("参数ID", "Parameter id"),
    "params": Phrase("参数项", "Parameters"),
    "command": Phrase("命令ID", "Control command"),
    "parameter_hex": Phrase("命令参数", "Control parameter"),
    "terminal_control.level": Phrase("报警等级", "Alarm level"),
    "alarm_text": Phrase("报警内容", "Alarm text"),
    "dial_apn": Phrase("拨号点名称", "Access point name"),
    "dial_user": Phrase("拨号用户名", "Dial-up user"),
    "dial_password": Phrase("拨号密码", "Dial-up password"),
    "upgrade_address": Phrase("升级服务器地址", "Upgrade server address"),
    "upgrade_port": Phrase("升级服务器端口", "Upgrade server port"),
    "terminal_maker_id": Phrase("车载终端制造商代码", "Terminal maker id"),
    "upgrade_url": Phrase("升级URL地址", "Upgrade URL"),
    "upgrade_limit_min": Phrase("连接升级服务器时限", "Time limit for the upgrade connection"),
    "echo_hex": Phrase("命令原文", "Command sent back"),
    "storage_period_s": Phrase("本地存储时间周期", "Local storage period"),
    "report_period_s": Phrase("正常信息上报时间周期", "Report period"),
    "alarm_report_period_s": Phrase("报警信息上报时间周期", "Report period during an alarm"),
    "platform_domain_length": Phrase("管理平台域名长度", "Platform domain length"),
    "platform_domain": Phrase("管理平台域名", "Platform domain"),
    "platform_port": Phrase("管理平台端口", "Platform port"),
    "hardware_version": Phrase("硬件版本", "Hardware version"),
    "firmware_version": Phrase("固件版本", "Firmware version"),
    "heartbeat_period_s": Phrase("心跳发送周期", "Heartbeat period"),
    "terminal_response_timeout_s": Phrase("终端应答超时时间", "Terminal response timeout"),
    "platform_response_timeout_s": Phrase("平台应答超时时间", "Platform response timeout"),
    "login_retry_wait_min": Phrase("登入失败后重新登入间隔", "Wait after failed logins"),
    "public_platform_domain_length": Phrase("公共平台域名长度", "Public platform domain length"),
    "public_platform_domain": Phrase("公共平台域名", "Public platform domain"),
    "public_platform_port": Phrase("公共平台端口", "Public platform port"),
    "sampling_active": Phrase("是否处于抽样监测中", "Sampling monitoring active"),
}

_SAFETY = {
    "fault_level": Phrase("故障等级", "Fault level"),
    "fault_battery_temp": Phrase("故障：动力蓄电池温度", "Fault: battery temperature"),
    "fault_temp_difference": Phrase(
        "故障：动力蓄电池温差", "Fault: battery temperature difference"
    ),
    "fault_cell_overvoltage": Phrase("故障：单体蓄电池最高电压", "Fault: maximum cell voltage"),
    "fault_cell_undervoltage": Phrase("故障：单体蓄电池最低电压", "Fault: minimum cell voltage"),
    "fault_cell_consistency": Phrase(
        "故障：单体蓄电池电压一致性", "Fault: cell voltage consistency"
    ),
    "fault_soc_jump": Phrase("故障：SOC异常", "Fault: SOC abnormal"),
    "fault_motor_temp": Phrase("故障：驱动电机温度", "Fault: motor temperature"),
    "fault_motor_controller_temp": Phrase(
        "故障：驱动电机控制器温度", "Fault: motor controller temperature"
    ),
    "fault_dcdc_temp": Phrase("故障：DC/DC温度", "Fault: DC/DC temperature"),
    "fault_dcdc_state": Phrase("故障：DC/DC状态", "Fault: DC/DC state"),
    "fault_insulation": Phrase("故障：绝缘电阻", "Fault: insulation resistance"),
    "fault_hv_interlock": Phrase("故障：高压互锁状态", "Fault: high-voltage interlock"),
    "hazard_t_max_charge": Phrase(
        "隐患：动力蓄电池最高温度(充电)", "Hazard: maximum battery temperature, charging"
    ),
    "hazard_v_max_charge": Phrase(
        "隐患：单体蓄电池最高电压(充电)", "Hazard: maximum cell voltage, charging"
    ),
    "hazard_v_spread_charge": Phrase(
        "隐患：单体蓄电池电压极差(充电)", "Hazard: cell voltage spread, charging"
    ),
    "hazard_t_max_discharge": Phrase(
        "隐患：动力蓄电池最高温度(放电)", "Hazard: maximum battery temperature, discharging"
    ),
    "hazard_v_min_discharge": Phrase(
        "隐患：单体蓄电池最低电压(放电)", "Hazard: minimum cell voltage, discharging"
    ),
    "hazard_motor_temp": Phrase("隐患：驱动电机温度", "Hazard: motor temperature"),
    "hazard_motor_controller_temp": Phrase(
        "隐患：驱动电机控制器温度", "Hazard: motor controller temperature"
    ),
    "hazard_dcdc_temp": Phrase("隐患：DC/DC温度", "Hazard: DC/DC temperature"),
    "hazard_insulation": Phrase("隐患：绝缘电阻", "Hazard: insulation resistance"),
    "hazard_voltage_sampling": Phrase("隐患：电压采样异常", "Hazard: voltage sampling abnormal"),
    "hazard_standing_overdischarge": Phrase(
        "隐患：久置过放", "Hazard: over-discharge while standing"
    ),
    "hazard_mass_parking": Phrase("隐患：长时间聚集停放", "Hazard: long mass parking"),
    "brake_lamp": Phrase("制动灯", "Brake lamp"),
    "left_turn": Phrase("左转向灯", "Left turn lamp"),
    "right_turn": Phrase("右转向灯", "Right turn lamp"),
    "driver_belt": Phrase("驾驶人安全带", "Driver belt"),
    "passenger_belt": Phrase("副驾驶安全带", "Front passenger belt"),
    "brake_pedal": Phrase("制动踏板", "Brake pedal"),
    "steering_angle_deg": Phrase("方向盘转角", "Steering wheel angle"),
    "cruise": Phrase("巡航", "Cruise control"),
    "abs": Phrase("ABS", "ABS"),
    "esp": Phrase("ESP", "ESP"),
    "aebs": Phrase("AEBS", "AEBS"),
    "master_cylinder_kpa": Phrase("制动主缸压力", "Brake master cylinder pressure"),
    "energy_recovery": Phrase("能量回收", "Energy recovery"),
    "dcdc_temp_c": Phrase("DC/DC温度", "DC/DC temperature"),
    "motor_controller_state": Phrase("驱动电机控制器状态", "Motor controller state"),
    "bms_state": Phrase("电池管理系统状态", "Battery management system state"),
    "cells": Phrase("单体电池", "Cell"),
    "temp_c": Phrase("单体电池温度", "Cell temperature"),
    "extension.number": Phrase("单体电池代号", "Cell number"),
    "extension.voltage_v": Phrase("单体电池电压", "Cell voltage"),
}

# What the 2025 edition calls by another name, as the information types do.
_OF_2025 = {
    "2025.vehicle_login.subsystems": Phrase("电池管理系统个数", "BMS count"),
    "2025.vehicle_login.pack_codes": Phrase("动力蓄电池包编码", "Battery pack code"),
    "2025.cell_voltages.pack_count": Phrase("动力蓄电池包个数", "Battery pack count"),
    "2025.cell_voltages.packs": Phrase("动力蓄电池包", "Battery pack"),
    "2025.cell_voltages.number": Phrase("动力蓄电池包号", "Battery pack number"),
    "2025.cell_voltages.voltage_v": Phrase("动力蓄电池包电压", "Battery pack voltage"),
    "2025.cell_voltages.current_a": Phrase("动力蓄电池包电流", "Battery pack current"),
    "2025.cell_voltages.cell_count": Phrase("最小并联单元总数", "Parallel-unit count"),
    "2025.cell_voltages.cell_voltages_v": Phrase("最小并联单元电压", "Parallel-unit voltage"),
    "2025.probe_temps.pack_count": Phrase("动力蓄电池包个数", "Battery pack count"),
    "2025.probe_temps.packs": Phrase("动力蓄电池包", "Battery pack"),
    "2025.probe_temps.number": Phrase("动力蓄电池包号", "Battery pack number"),
}

FIELDS = {**_REPORTS, **_STORAGE, **_FUEL_CELL, **_COMMANDS, **_SAFETY, **_OF_2025}
