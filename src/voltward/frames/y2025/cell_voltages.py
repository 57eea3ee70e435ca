"""最小并联单元电压数据 (cell voltages), information type 0x07 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, group, number, numbers

CELL_VOLTAGES = InfoType(
    code=0x07,
    edition=Edition.Y2025,
    name="cell_voltages",
    source="GB/T 32960.3-2025 第7章 动力蓄电池最小并联单元电压数据",
    fields=(
        count("pack_count", U8, lowest=0, highest=50),
        group(
            "packs",
            count="pack_count",
            fields=(
                number("number", U8, lowest=1.0, highest=50.0, codes=False),
                number("voltage_v", U16, per_unit=10, lowest=0.0, highest=6000.0),
                number("current_a", U16, per_unit=10, offset=-3000, lowest=-3000.0, highest=3000.0),
                count("cell_count", U16, lowest=1, highest=65_531),
                numbers(
                    number("cell_voltages_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
                    count="cell_count",
                ),
            ),
        ),
    ),
)
