"""燃料电池数据 (fuel cell), information type 0x03 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, choice, count, number, numbers

FUEL_CELL = InfoType(
    code=0x03,
    edition=Edition.Y2016,
    name="fuel_cell",
    source="GB/T 32960.3-2016 第7章 燃料电池数据",
    fields=(
        number("voltage_v", U16, per_unit=10, lowest=0.0, highest=2000.0),
        number("current_a", U16, per_unit=10, lowest=0.0, highest=2000.0),
        number("hydrogen_kg_per_100km", U16, per_unit=100, lowest=0.0, highest=600.0),
        count("probe_count", U16, lowest=0, highest=65_531),
        numbers(
            number("probe_temps_c", U8, offset=-40, lowest=-40.0, highest=200.0),
            count="probe_count",
        ),
        number(
            "hydrogen_highest_temp_c", U16, per_unit=10, offset=-40, lowest=-40.0, highest=200.0
        ),
        number("hydrogen_highest_temp_probe", U8, lowest=1.0, highest=252.0),
        # The text prints raw 0..60000 "for 0..50000 mg/kg"; the raw range is taken.
        number("hydrogen_highest_concentration_mg_per_kg", U16, lowest=0.0, highest=60_000.0),
        number("hydrogen_highest_concentration_sensor", U8, lowest=1.0, highest=252.0),
        number("hydrogen_highest_pressure_mpa", U16, per_unit=10, lowest=0.0, highest=100.0),
        number("hydrogen_highest_pressure_sensor", U8, lowest=1.0, highest=252.0),
        choice("hv_dcdc", U8, {1: "on", 2: "off"}),
    ),
)
