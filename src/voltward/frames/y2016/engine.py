"""发动机数据 (engine), information type 0x04 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Edition, InfoType, choice, number

ENGINE = InfoType(
    code=0x04,
    edition=Edition.Y2016,
    name="engine",
    source="GB/T 32960.3-2016 第7章 发动机数据",
    fields=(
        choice("state", U8, {1: "on", 2: "off"}),
        number("crankshaft_rpm", U16, lowest=0.0, highest=60_000.0),
        number("fuel_l_per_100km", U16, per_unit=100, lowest=0.0, highest=600.0),
    ),
)
