"""The 24 bytes in front of every data unit and the check byte behind it (clause 6.2)."""

from dataclasses import dataclass

from voltward.frames.editions import COMMAND, EDITION_OF, PLAIN, START
from voltward.frames.errors import EncodeError, FrameError
from voltward.frames.grammar import Edition

HEADER = 24
MAX_UNIT = 65_531
UNIQUE_ID = 17


@dataclass(frozen=True, slots=True)
class Header:
    """``unique_id`` are the 17 bytes as sent; ``length`` is that of the data unit."""

    edition: Edition
    command: int
    response: int
    unique_id: bytes
    encryption: int
    length: int

    @property
    def vin(self) -> str:
        """The unique id as text without padding: a VIN, or the code of a platform."""
        return text_of(self.unique_id)

    @property
    def is_command(self) -> bool:
        """False for an answer, which is never answered."""
        return self.response == COMMAND


def text_of(data: bytes) -> str:
    """Fixed-width characters without the padding on the right (GB/T 1988, GB 18030)."""
    return data.rstrip(b"\0 ").decode("gb18030", "replace")


def bcc(data: bytes) -> int:
    """XOR of all bytes; a frame's check byte is that of everything from offset 2 on."""
    number, octets = int.from_bytes(data, "big"), len(data)
    # Fold the number in halves: a few operations on long integers instead of one per byte.
    while octets > 1:
        half = (octets + 1) // 2
        number = (number >> 8 * half) ^ (number & ((1 << 8 * half) - 1))
        octets = half
    return number


def pack_header(
    edition: Edition,
    command: int,
    response: int,
    unique_id: str | bytes,
    length: int,
    encryption: int = PLAIN,
) -> bytes:
    """The header bytes; a shorter id is padded with NUL.

    Raises:
        EncodeError: an id of more than 17 bytes, or a length above 65,531.
    """
    name = unique_id if isinstance(unique_id, bytes) else unique_id.encode("gb18030")
    if len(name) > UNIQUE_ID:
        raise EncodeError(f"unique id: {len(name)} bytes, at most {UNIQUE_ID} fit")
    if not 0 <= length <= MAX_UNIT:
        raise EncodeError(f"data unit: {length} bytes, at most {MAX_UNIT} fit")
    for what, number in (("command", command), ("response", response), ("encryption", encryption)):
        if not 0 <= number <= 0xFF:
            raise EncodeError(f"{what}: {number} is not a byte")
    return (
        START[edition]
        + bytes((command, response))
        + name.ljust(UNIQUE_ID, b"\0")
        + bytes((encryption,))
        + length.to_bytes(2, "big")
    )


def parse_header(data: bytes) -> Header:
    """The header of the frame that ``data`` begins with; the frame itself may still be cut.

    Raises:
        FrameError: truncated, bad_start, bad_length.
    """
    if len(data) < 2:
        raise FrameError("truncated", "no start")
    edition = EDITION_OF.get(bytes(data[:2]))
    if edition is None:
        raise FrameError("bad_start", bytes(data[:2]).hex())
    if len(data) < HEADER:
        raise FrameError("truncated", "header")
    length = data[22] << 8 | data[23]
    if length > MAX_UNIT:
        raise FrameError("bad_length", f"data unit length {length} > {MAX_UNIT}")
    return Header(edition, data[2], data[3], bytes(data[4:21]), data[21], length)


def check_whole(data: bytes, header: Header) -> None:
    """Refuse ``data`` unless it is exactly the frame that its header claims.

    Raises:
        FrameError: truncated, bad_bcc, trailing_bytes.
    """
    whole = HEADER + header.length + 1
    if len(data) < whole:
        raise FrameError("truncated", f"need {whole} have {len(data)}")
    calculated, found = bcc(data[2 : whole - 1]), data[whole - 1]
    if calculated != found:
        raise FrameError("bad_bcc", f"calc {calculated:02x} got {found:02x}")
    if len(data) > whole:
        raise FrameError("trailing_bytes", f"{len(data) - whole} left")
