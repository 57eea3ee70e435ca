"""实时信息上报, 补发信息上报 (real-time and reissued reports), GB/T 32960.3-2025 第7章."""

from voltward.frames.grammar import Command, Edition, Items, Moment, Signature
from voltward.frames.y2025.commands.signature import SIGNATURE_FIELDS, SIGNATURE_MARKER

REALTIME = Command(
    code=0x02,
    edition=Edition.Y2025,
    name="realtime",
    source="GB/T 32960.3-2025 第7章 实时信息上报",
    fields=(
        Moment("time"),
        Items("items", end_marker=SIGNATURE_MARKER),
        # Asked for by the standard, but frames between platforms may lack it.
        Signature("signature", marker=SIGNATURE_MARKER, fields=SIGNATURE_FIELDS),
    ),
)

REISSUE = Command(
    code=0x03,
    edition=Edition.Y2025,
    name="reissue",
    source="GB/T 32960.3-2025 第7章 补发信息上报",
    fields=(
        Moment("time"),
        Items("items", end_marker=SIGNATURE_MARKER),
        Signature("signature", marker=SIGNATURE_MARKER, fields=SIGNATURE_FIELDS),
    ),
)
