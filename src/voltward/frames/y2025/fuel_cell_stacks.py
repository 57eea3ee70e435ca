"""燃料电池电堆数据 (fuel cell stacks), information type 0x30 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, group, number, numbers

FUEL_CELL_STACKS = InfoType(
    code=0x30,
    edition=Edition.Y2025,
    name="fuel_cell_stacks",
    source="GB/T 32960.3-2025 第7章 燃料电池电堆数据",
    fields=(
        count("stack_count", U8, lowest=1, highest=253),
        group(
            "stacks",
            count="stack_count",
            fields=(
                number("number", U8, lowest=1.0, highest=253.0, codes=False),
                number("voltage_v", U16, per_unit=10, lowest=0.0, highest=2000.0),
                number("current_a", U16, per_unit=10, lowest=0.0, highest=2000.0),
                number(
                    "hydrogen_inlet_kpa",
                    U16,
                    per_unit=10,
                    offset=-100,
                    lowest=-100.0,
                    highest=400.0,
                ),
                number(
                    "air_inlet_kpa", U16, per_unit=10, offset=-100, lowest=-100.0, highest=400.0
                ),
                number("air_inlet_temp_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                count("probe_count", U16, lowest=0, highest=65_531),
                numbers(
                    number("coolant_outlet_temps_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                    count="probe_count",
                ),
            ),
        ),
    ),
)
