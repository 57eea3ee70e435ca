"""扩展数据 (extension data) of GB/T 45688-2025, tables A.7 and A.8: the body of a custom item.

The number of its information type (0x80-0xFE) is not fixed; it is agreed per vehicle model and
public platform, so it is a setting.
"""

from voltward.frames.grammar import U8, U16, choice, count, group, number

EXTENSION_NAME = "extension"
EXTENSION_SOURCE = "GB/T 45688-2025 表A.7, 表A.8"
EXTENSION = (
    number("dcdc_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
    choice("motor_controller_state", U8, {1: "on", 2: "off", 3: "normal", 4: "fault"}),
    choice("bms_state", U8, {1: "on", 2: "off", 3: "normal", 4: "fault"}),
    count("cell_count", U8, lowest=1, highest=250),
    group(
        "cells",
        count="cell_count",
        fields=(
            number("number", U8, lowest=1.0, highest=250.0),
            number("temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
            number("voltage_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
        ),
    ),
)
