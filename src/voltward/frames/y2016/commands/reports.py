"""实时信息上报, 补发信息上报 (real-time and reissued reports), GB/T 32960.3-2016 第7章."""

from voltward.frames.grammar import Command, Edition, Items, Moment

REALTIME = Command(
    code=0x02,
    edition=Edition.Y2016,
    name="realtime",
    source="GB/T 32960.3-2016 第7章 实时信息上报",
    fields=(
        Moment("time"),
        Items("items", end_marker=None),
    ),
)

REISSUE = Command(
    code=0x03,
    edition=Edition.Y2016,
    name="reissue",
    source="GB/T 32960.3-2016 第7章 补发信息上报",
    fields=(
        Moment("time"),
        Items("items", end_marker=None),
    ),
)
