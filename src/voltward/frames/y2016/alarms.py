"""报警数据 (alarms), information type 0x07 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U32, Edition, FaultCodes, Flags, InfoType, number

ALARMS = InfoType(
    code=0x07,
    edition=Edition.Y2016,
    name="alarms",
    source="GB/T 32960.3-2016 第7章 报警数据, 通用报警标志位",
    fields=(
        # 0 none, 1 does not affect driving, 2 driver must limit driving, 3 stop at once.
        number("level", U8, lowest=0.0, highest=3.0),
        Flags(
            "flags",
            U32,
            {
                0: "temperature_difference",
                1: "battery_over_temperature",
                2: "storage_over_voltage",
                3: "storage_under_voltage",
                4: "soc_low",
                5: "cell_over_voltage",
                6: "cell_under_voltage",
                7: "soc_too_high",
                8: "soc_jump",
                9: "storage_mismatch",
                10: "cell_consistency_poor",
                11: "insulation",
                12: "dcdc_temperature",
                13: "brake_system",
                14: "dcdc_status",
                15: "motor_controller_temperature",
                16: "high_voltage_interlock",
                17: "motor_temperature",
                18: "storage_over_charge",
            },
            list_name="flag_bits",
        ),
        FaultCodes("storage_fault_codes", count=U8, most=252, item=U32),
        FaultCodes("motor_fault_codes", count=U8, most=252, item=U32),
        FaultCodes("engine_fault_codes", count=U8, most=252, item=U32),
        FaultCodes("other_fault_codes", count=U8, most=252, item=U32),
    ),
)
