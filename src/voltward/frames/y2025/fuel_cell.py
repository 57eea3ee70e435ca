"""燃料电池发动机及车载氢系统数据 (fuel cell), information type 0x03 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, choice, number

FUEL_CELL = InfoType(
    code=0x03,
    edition=Edition.Y2025,
    name="fuel_cell",
    source="GB/T 32960.3-2025 第7章 燃料电池发动机及车载氢系统数据",
    fields=(
        number("hydrogen_highest_temp_c", U16, offset=-40, lowest=-40.0, highest=210.0),
        number("hydrogen_highest_temp_probe", U8, lowest=1.0, highest=253.0),
        number(
            "hydrogen_highest_concentration_pct_vol",
            U16,
            per_unit=10_000,
            lowest=0.0,
            highest=6.0,
        ),
        number("hydrogen_highest_concentration_sensor", U8, lowest=1.0, highest=253.0),
        number("hydrogen_highest_pressure_mpa", U16, per_unit=10, lowest=0.0, highest=100.0),
        number("hydrogen_highest_pressure_sensor", U8, lowest=1.0, highest=253.0),
        choice("hv_dcdc", U8, {1: "on", 2: "off"}),
        number("hydrogen_remaining_pct", U8, lowest=0.0, highest=100.0),
        number("hv_dcdc_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
    ),
)
