"""可充电储能装置电压数据 (storage voltages), information type 0x08 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, count, group, number, numbers

CELL_VOLTAGES = InfoType(
    code=0x08,
    edition=Edition.Y2016,
    name="cell_voltages",
    source="GB/T 32960.3-2016 附录B 可充电储能装置电压数据",
    fields=(
        count("pack_count", U8, lowest=1, highest=250),
        group(
            "packs",
            count="pack_count",
            fields=(
                number("number", U8, lowest=1.0, highest=250.0, codes=False),
                number("voltage_v", U16, per_unit=10, lowest=0.0, highest=1000.0),
                number("current_a", U16, per_unit=10, offset=-1000, lowest=-1000.0, highest=1000.0),
                # All cells of the pack, a count like any other; the list has its own below.
                number("cell_count", U16, lowest=1.0, highest=65_531.0, as_sent=True),
                # More than 200 cells go in several frames of one time, starting at 1, 201, ...
                number("first_cell", U16, lowest=1.0, highest=65_531.0, codes=False),
                count("cells_in_frame", U8, lowest=1, highest=200),
                numbers(
                    number("cell_voltages_v", U16, per_unit=1000, lowest=0.0, highest=60.0),
                    count="cells_in_frame",
                ),
            ),
        ),
    ),
)
