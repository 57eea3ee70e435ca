"""What a simulated terminal answers to commands 80, 81 and 82 (GB/T 32960.3 annex B): it does as told."""

from __future__ import annotations

from typing import Final

from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT

QUERY, SET, CONTROL = 0x80, 0x81, 0x82
SUCCESS: Final = 0x01
# what the terminal is set to; ids without a value here it leaves out of its answer
VALUES: Final[dict[int, object]] = {
    0x01: 10.0, 0x02: 10, 0x03: 1, 0x06: 32_960, 0x07: "SIM-1", 0x08: "1.0", 0x09: 30, 0x0A: 60,
    0x0B: 60, 0x0C: 30, 0x0F: 32_960, 0x10: 2,
}  # fmt: skip


def answer_to(command: bytes) -> bytes | None:
    """The answer to a whole frame of the platform; None: it is no command that a terminal answers."""
    if command[2] not in (QUERY, SET, CONTROL) or len(command) <= HEADER + MOMENT:
        return None
    frame = decode_frame(command)
    header, time = frame.header, command[HEADER : HEADER + MOMENT]
    if header.command != QUERY:
        return encode_frame(header.edition, header.command, SUCCESS, header.unique_id, time)
    asked = command[HEADER + MOMENT + 1 : -1]
    params = [(code, VALUES[code]) for code in asked if code in VALUES]
    body = {"time": frame.collected_at, "params": params}
    return encode_frame(header.edition, QUERY, SUCCESS, header.unique_id, body)
