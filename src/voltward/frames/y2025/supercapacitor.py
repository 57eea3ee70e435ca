"""超级电容器数据 (supercapacitor), information type 0x31 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, number, numbers

# Limits not printed in the text at hand are those of the same quantities in types 0x01 and 0x07.
SUPERCAPACITOR = InfoType(
    code=0x31,
    edition=Edition.Y2025,
    name="supercapacitor",
    source="GB/T 32960.3-2025 第7章 超级电容器数据",
    fields=(
        number("number", U8, lowest=1.0, highest=253.0, codes=False),
        number("voltage_v", U16, per_unit=10, lowest=0.0, highest=1000.0),
        number("current_a", U16, per_unit=10, offset=-3000, lowest=-3000.0, highest=3000.0),
        count("cell_count", U16, lowest=1, highest=65_531),
        numbers(
            number("cell_voltages_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
            count="cell_count",
        ),
        count("probe_count", U16, lowest=1, highest=65_531),
        numbers(
            number("probe_temps_c", U8, offset=-40, lowest=-40.0, highest=210.0),
            count="probe_count",
        ),
    ),
)
