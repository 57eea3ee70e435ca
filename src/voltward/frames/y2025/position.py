"""车辆位置数据 (vehicle position), information type 0x05 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U32, Edition, InfoType, Status, StatusBit, choice, number

POSITION = InfoType(
    code=0x05,
    edition=Edition.Y2025,
    name="position",
    source="GB/T 32960.3-2025 第7章 车辆位置数据",
    fields=(
        # With no fix the last valid position is sent. Bits 3-7 are reserved.
        Status(
            "status_raw",
            U8,
            (
                StatusBit("fix", 0, clear="valid", set="invalid"),
                StatusBit("latitude_hemisphere", 1, clear="N", set="S"),
                StatusBit("longitude_hemisphere", 2, clear="E", set="W"),
            ),
        ),
        choice("datum", U8, {1: "wgs84", 2: "gcj02", 3: "other"}),
        # Unsigned; the status byte carries the sign.
        number("longitude_deg", U32, per_unit=1_000_000, lowest=0.0, highest=180.0, codes=False),
        number("latitude_deg", U32, per_unit=1_000_000, lowest=0.0, highest=90.0, codes=False),
    ),
)
