"""报警数据 (alarms), information type 0x06 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U32, Edition, FaultCodes, Flags, InfoType, Pairs, number

ALARMS = InfoType(
    code=0x06,
    edition=Edition.Y2025,
    name="alarms",
    source="GB/T 32960.3-2025 第7章 报警数据, 通用报警标志位",
    fields=(
        # 0 none, 1-3 as in 2016, 4 thermal event (GB 38031), the highest.
        number("level", U8, lowest=0.0, highest=4.0),
        Flags(
            "flags",
            U32,
            {
                0: "temperature_difference",
                1: "battery_over_temperature",
                2: "storage_over_voltage",
                3: "storage_under_voltage",
                4: "soc_low",
                5: "unit_over_voltage",
                6: "unit_under_voltage",
                7: "soc_too_high",
                8: "soc_jump",
                9: "storage_mismatch",
                10: "unit_consistency_poor",
                11: "insulation_failure",
                12: "dcdc_temperature",
                13: "brake_system",
                14: "dcdc_status",
                15: "motor_controller_temperature",
                16: "high_voltage_interlock",
                17: "motor_temperature",
                18: "storage_over_charge",
                19: "motor_over_speed",
                20: "motor_over_current",
                21: "supercapacitor_over_temperature",
                22: "supercapacitor_over_voltage",
                23: "storage_thermal_event",
                24: "hydrogen_leak",
                25: "hydrogen_pressure",
                26: "hydrogen_temperature",
                27: "stack_over_temperature",
            },
            list_name="flag_bits",
        ),
        FaultCodes("storage_fault_codes", count=U8, most=253, item=U32),
        FaultCodes("motor_fault_codes", count=U8, most=253, item=U32),
        FaultCodes("engine_fault_codes", count=U8, most=253, item=U32),
        FaultCodes("other_fault_codes", count=U8, most=253, item=U32),
        # Bit number of a flag above, and the level of that flag.
        Pairs(
            "flag_levels",
            count=U8,
            most=253,
            numbers=(
                number("flag_number", U8, lowest=0.0, highest=31.0, codes=False),
                number("flag_level", U8, lowest=0.0, highest=4.0),
            ),
        ),
    ),
)
