"""发动机数据 (engine), information type 0x04 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U16, Edition, InfoType, number

ENGINE = InfoType(
    code=0x04,
    edition=Edition.Y2025,
    name="engine",
    source="GB/T 32960.3-2025 第7章 发动机数据",
    fields=(number("crankshaft_rpm", U16, lowest=0.0, highest=60_000.0),),
)
