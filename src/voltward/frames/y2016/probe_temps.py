"""可充电储能装置温度数据 (storage temperatures), information type 0x09 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, group, number, numbers

PROBE_TEMPS = InfoType(
    code=0x09,
    edition=Edition.Y2016,
    name="probe_temps",
    source="GB/T 32960.3-2016 附录B 可充电储能装置温度数据",
    fields=(
        count("pack_count", U8, lowest=1, highest=250),
        group(
            "packs",
            count="pack_count",
            fields=(
                number("number", U8, lowest=1.0, highest=250.0, codes=False),
                count("probe_count", U16, lowest=1, highest=65_531),
                numbers(
                    number("probe_temps_c", U8, offset=-40, lowest=-40.0, highest=210.0),
                    count="probe_count",
                ),
            ),
        ),
    ),
)
