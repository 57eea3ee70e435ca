"""整车数据 (vehicle data), information type 0x01 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, U32, Edition, InfoType, choice, gear, number

VEHICLE = InfoType(
    code=0x01,
    edition=Edition.Y2025,
    name="vehicle",
    source="GB/T 32960.3-2025 第7章 整车数据",
    fields=(
        choice("state", U8, {1: "started", 2: "off", 3: "other"}),
        choice(
            "charging",
            U8,
            {1: "parked_charging", 2: "driving_charging", 3: "not_charging", 4: "complete"},
        ),
        choice("drive_mode", U8, {1: "electric", 2: "hybrid", 3: "fuel"}),
        number("speed_kmh", U16, per_unit=10, lowest=0.0, highest=500.0),
        number("odometer_km", U32, per_unit=10, lowest=0.0, highest=999_999.9),
        number("total_voltage_v", U16, per_unit=10, lowest=0.0, highest=6000.0),
        number("total_current_a", U16, per_unit=10, offset=-3000, lowest=-3000.0, highest=3000.0),
        number("soc_pct", U8, lowest=0.0, highest=100.0),
        choice("dcdc", U8, {1: "on", 2: "off"}),
        gear(
            "gear",
            U8,
            {
                0: "N",
                1: "1",
                2: "2",
                3: "3",
                4: "4",
                5: "5",
                6: "6",
                7: "7",
                8: "8",
                9: "9",
                10: "10",
                11: "11",
                12: "12",
                13: "R",
                14: "D",
                15: "P",
            },
            valid_bit=True,
        ),
        # The smaller of plus and minus to ground.
        number("insulation_kohm", U16, lowest=0.0, highest=60_000.0),
    ),
)
