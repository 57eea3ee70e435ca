"""超级电容器极值数据 (supercapacitor extremes), information type 0x32 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, number

# Limits not printed in the text at hand are those of the same quantities in type 0x07.
SUPERCAPACITOR_EXTREMES = InfoType(
    code=0x32,
    edition=Edition.Y2025,
    name="supercapacitor_extremes",
    source="GB/T 32960.3-2025 第7章 超级电容器极值数据",
    fields=(
        number("highest_voltage_system", U8, lowest=1.0, highest=253.0),
        number("highest_voltage_cell", U16, lowest=1.0, highest=65_531.0),
        number("highest_voltage_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
        number("lowest_voltage_system", U8, lowest=1.0, highest=253.0),
        number("lowest_voltage_cell", U16, lowest=1.0, highest=65_531.0),
        number("lowest_voltage_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
        number("highest_temp_system", U8, lowest=1.0, highest=253.0),
        number("highest_temp_probe", U16, lowest=1.0, highest=65_531.0),
        number("highest_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
        number("lowest_temp_system", U8, lowest=1.0, highest=253.0),
        number("lowest_temp_probe", U16, lowest=1.0, highest=65_531.0),
        number("lowest_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
    ),
)
