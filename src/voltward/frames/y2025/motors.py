"""驱动电机数据 (drive motors), information type 0x02 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, U32, Edition, InfoType, choice, count, group, number

MOTORS = InfoType(
    code=0x02,
    edition=Edition.Y2025,
    name="motors",
    source="GB/T 32960.3-2025 第7章 驱动电机数据",
    fields=(
        count("motor_count", U8, lowest=1, highest=253),
        group(
            "motors",
            count="motor_count",
            fields=(
                number("number", U8, lowest=1.0, highest=253.0, codes=False),
                choice("state", U8, {1: "consuming", 2: "generating", 3: "off", 4: "ready"}),
                number("controller_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                number("speed_rpm", U16, offset=-32_000, lowest=-32_000.0, highest=33_531.0),
                number(
                    "torque_nm",
                    U32,
                    per_unit=10,
                    offset=-20_000,
                    lowest=-20_000.0,
                    highest=20_000.0,
                ),
                number("motor_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
            ),
        ),
    ),
)
