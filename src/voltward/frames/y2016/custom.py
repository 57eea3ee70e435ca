"""用户自定义数据 (custom data), information types 0x80-0xFE of GB/T 32960.3-2016."""

from voltward.frames.grammar import U16, Edition, InfoType, Octets

# One table for the whole range; ``code`` is its first type.
CUSTOM_FIRST, CUSTOM_LAST = 0x80, 0xFE
CUSTOM = InfoType(
    code=CUSTOM_FIRST,
    edition=Edition.Y2016,
    name="custom",
    source="GB/T 32960.3-2016 第7章 自定义数据",
    fields=(Octets("data_hex", length=U16),),
)
