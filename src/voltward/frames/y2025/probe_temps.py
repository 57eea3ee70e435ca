"""动力蓄电池温度数据 (pack temperatures), information type 0x08 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, group, number, numbers

PROBE_TEMPS = InfoType(
    code=0x08,
    edition=Edition.Y2025,
    name="probe_temps",
    source="GB/T 32960.3-2025 第7章 动力蓄电池温度数据",
    fields=(
        count("pack_count", U8, lowest=0, highest=50),
        group(
            "packs",
            count="pack_count",
            fields=(
                number("number", U8, lowest=1.0, highest=50.0, codes=False),
                count("probe_count", U16, lowest=1, highest=65_531),
                numbers(
                    number("probe_temps_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                    count="probe_count",
                ),
            ),
        ),
    ),
)
