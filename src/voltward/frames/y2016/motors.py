"""驱动电机数据 (drive motors), information type 0x02 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, choice, count, group, number

MOTORS = InfoType(
    code=0x02,
    edition=Edition.Y2016,
    name="motors",
    source="GB/T 32960.3-2016 第7章 驱动电机数据",
    fields=(
        count("motor_count", U8, lowest=1, highest=253),
        group(
            "motors",
            count="motor_count",
            fields=(
                number("number", U8, lowest=1.0, highest=253.0, codes=False),
                choice("state", U8, {1: "consuming", 2: "generating", 3: "off", 4: "ready"}),
                number("controller_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                number("speed_rpm", U16, offset=-20_000, lowest=-20_000.0, highest=45_531.0),
                # The text prints "offset 20000", which is in raw counts: -2000 N·m.
                number("torque_nm", U16, per_unit=10, offset=-2000, lowest=-2000.0, highest=4553.1),
                number("motor_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                number("controller_voltage_v", U16, per_unit=10, lowest=0.0, highest=6000.0),
                number(
                    "dc_bus_current_a",
                    U16,
                    per_unit=10,
                    offset=-1000,
                    lowest=-1000.0,
                    highest=1000.0,
                ),
            ),
        ),
    ),
)
