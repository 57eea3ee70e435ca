"""激活 and 激活应答 (activation and its response), commands 0x09 and 0x0A of GB/T 32960.3-2025."""

from voltward.frames.grammar import (
    U8,
    U16,
    Command,
    Edition,
    Moment,
    Octets,
    Signature,
    Text,
    number,
)
from voltward.frames.y2025.commands.signature import SIGNATURE_FIELDS

ACTIVATION = Command(
    code=0x09,
    edition=Edition.Y2025,
    name="activation",
    source="GB/T 32960.3-2025 附录B 激活",
    fields=(
        Moment("time"),
        Text("chip_id", octets=16, padding=b" "),
        Octets("public_key_hex", length=U16),
        Text("vin", octets=17),
        # Over the bytes before it, without the marker that reports have.
        Signature("signature", marker=None, fields=SIGNATURE_FIELDS),
    ),
)

# A command of its own, sent down with flag 0xFE.
ACTIVATION_RESPONSE = Command(
    code=0x0A,
    edition=Edition.Y2025,
    name="activation_response",
    source="GB/T 32960.3-2025 附录B 激活应答",
    fields=(
        number(
            "result",
            U8,
            lowest=1.0,
            highest=2.0,
            codes=False,
            named={1: "success", 2: "failure"},
        ),
        number(
            "info",
            U8,
            lowest=0.0,
            highest=2.0,
            codes=False,
            named={0: "success", 1: "already_activated", 2: "vin_duplicate"},
        ),
    ),
)
