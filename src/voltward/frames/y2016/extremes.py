"""极值数据 (extreme values), information type 0x06 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, number

EXTREMES = InfoType(
    code=0x06,
    edition=Edition.Y2016,
    name="extremes",
    source="GB/T 32960.3-2016 第7章 极值数据",
    fields=(
        number("highest_voltage_pack", U8, lowest=1.0, highest=250.0),
        # A cell number above 250 cannot be expressed here.
        number("highest_voltage_cell", U8, lowest=1.0, highest=250.0),
        number("highest_voltage_v", U16, per_unit=1000, lowest=0.0, highest=15.0),
        number("lowest_voltage_pack", U8, lowest=1.0, highest=250.0),
        number("lowest_voltage_cell", U8, lowest=1.0, highest=250.0),
        number("lowest_voltage_v", U16, per_unit=1000, lowest=0.0, highest=15.0),
        number("highest_temp_pack", U8, lowest=1.0, highest=250.0),
        number("highest_temp_probe", U8, lowest=1.0, highest=250.0),
        number("highest_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
        number("lowest_temp_pack", U8, lowest=1.0, highest=250.0),
        number("lowest_temp_probe", U8, lowest=1.0, highest=250.0),
        number("lowest_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
    ),
)
