"""Whole frames: bytes to a header and a data unit and back (GB/T 32960.3 clause 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from voltward.frames.cursor import Cursor, Trace
from voltward.frames.editions import COMMAND, COMMANDS, INFO_TYPES, PLAIN, START
from voltward.frames.errors import EncodeError, FrameError, Problem, Stop
from voltward.frames.grammar import (
    Command,
    Edition,
    Field,
    InfoType,
    Moment,
    Octets,
    Signature,
)
from voltward.frames.header import (
    HEADER,
    MAX_UNIT,
    Header,
    bcc,
    check_whole,
    pack_header,
    parse_header,
)
from voltward.frames.moments import MOMENT, moment_of
from voltward.frames.plain import body_of
from voltward.frames.raws import Body, Item
from voltward.frames.reading import read_fields
from voltward.frames.writing import write_fields

__all__ = [
    "HEADER",
    "MAX_UNIT",
    "START",
    "EncodeError",
    "Frame",
    "FrameError",
    "Header",
    "Problem",
    "bcc",
    "decode_frame",
    "encode_frame",
    "pack_header",
    "parse_header",
    "realtime",
    "reencode",
    "unit_layout",
]

# Clause 6.3.2 drops all but the time of the command; Annex B.3.3.2 of 2016 echoes the rest.
ANSWER: tuple[Field, ...] = (Moment("time"), Octets("echo_hex", length=None))


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that is whole (its BCC is right), and what its data unit says.

    ``problems`` are empty for a clean standard frame. Otherwise ``body`` holds what was good
    before the first one that ends the reading, and ``body.rest`` the bytes from there on.
    """

    header: Header
    unit: bytes
    body: Body
    problems: tuple[Problem, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The information items of a report that could be read, in the order sent."""
        return self.body.items

    @property
    def rest(self) -> bytes:
        """The bytes of the data unit that were not understood."""
        return self.body.rest

    @property
    def error(self) -> Problem | None:
        """The first problem."""
        return self.problems[0] if self.problems else None

    @property
    def collected_at(self) -> datetime | None:
        """The time in the data unit; None when there is none, or none that exists."""
        raw = self.body.values.get("time")
        return moment_of(raw) if isinstance(raw, bytes) else None


def decode_frame(data: bytes, custom: Mapping[int, InfoType] | None = None) -> Frame:
    """The frame that ``data`` is, exactly; problems inside its data unit are kept in the frame.

    ``custom``: tables of agreed custom information types (0x80-0xFE) by type number.

    Raises:
        FrameError: truncated, bad_start, bad_length, bad_bcc, trailing_bytes.
    """
    header = parse_header(data)
    check_whole(data, header)
    unit = bytes(data[HEADER : HEADER + header.length])
    body, problems = read_unit(header, unit, custom)
    return Frame(header, unit, body, problems)


def read_unit(
    header: Header,
    unit: bytes,
    custom: Mapping[int, InfoType] | None = None,
    trace: Trace | None = None,
) -> tuple[Body, tuple[Problem, ...]]:
    """What a data unit says, as far as it can be read, and what is wrong with it."""
    fields = unit_layout(header)
    if fields is None:
        return Body(None, {}, unit), ()
    types = INFO_TYPES[header.edition]
    cursor = Cursor(unit, header.edition, {**types, **custom} if custom else types, trace)
    body = Body(fields)
    try:
        read_fields(cursor, fields, body.values)
        _check_end(cursor, fields)
    except Stop as stop:
        cursor.problems.append(stop.problem)
    problems = tuple(cursor.problems)
    return Body(fields, body.values, unit[cursor.at :]), problems


def _check_end(cursor: Cursor, fields: tuple[Field, ...]) -> None:
    left = cursor.end - cursor.at
    if left:
        last = fields[-1] if fields else None
        signed = isinstance(last, Signature) and last.marker is not None
        where = "after signature" if signed else "left"
        raise Stop("trailing_bytes", f"{left} {where}", cursor.at)


def unit_layout(header: Header) -> tuple[Field, ...] | None:
    """The fields of a data unit; None when it is opaque: encrypted, or by agreement (0xC0...)."""
    if header.encryption != PLAIN:
        return None
    command = COMMANDS[header.edition].get(header.command)
    if command is None:
        return None
    if header.response == COMMAND:
        return command.fields
    if header.length == 0:
        return ()
    if command.answer and header.response == 0x01 and header.length > MOMENT:
        return command.answer
    if header.length != MOMENT and _has_no_time(command):
        return command.fields
    return ANSWER


def _has_no_time(command: Command) -> bool:
    """Does something else stand in front? Such a command is echoed without a time (0x0A, 0x0B)."""
    return bool(command.fields) and not isinstance(command.fields[0], Moment)


def encode_frame(
    edition: Edition,
    command: int,
    response: int,
    unique_id: str | bytes,
    body: Body | bytes | Mapping[str, object],
    *,
    encryption: int = PLAIN,
    custom: Mapping[int, InfoType] | None = None,
) -> bytes:
    """A whole frame.

    ``body`` is a data unit as decoded, or its bytes, or a mapping of plain values: physical
    numbers, words, aware times, lists, named as ``as_json`` names them. In a mapping None or
    "invalid" and "abnormal" stand for the codes, counts may be left out, and numbers are
    rounded half away from zero to the step of the table.

    Raises:
        EncodeError: what cannot be expressed, with the name of the field and why.
    """
    if isinstance(body, bytes):
        unit = body
    else:
        if not isinstance(body, Body):
            # The layout of an answer depends on its length: nothing, a time, or more.
            length = MOMENT if set(body) == {"time"} else MAX_UNIT if body else 0
            header = Header(edition, command, response, b"", encryption, length)
            types = {**INFO_TYPES[edition], **(custom or {})}
            body = body_of(unit_layout(header), body, types)
        unit = write_unit(body)
    head = pack_header(edition, command, response, unique_id, len(unit), encryption)
    return head + unit + bytes((bcc(head[2:] + unit),))


def write_unit(body: Body) -> bytes:
    """The data unit that ``body`` was read from."""
    return (b"" if body.fields is None else write_fields(body.fields, body.values)) + body.rest


def reencode(frame: Frame) -> bytes:
    """The bytes that ``frame`` was decoded from, put together anew from its values."""
    header = frame.header
    return encode_frame(
        header.edition,
        header.command,
        header.response,
        header.unique_id,
        frame.body,
        encryption=header.encryption,
    )


def realtime(
    edition: Edition,
    vin: str,
    command: int,
    when: datetime,
    items: "list[Item | Mapping[str, object]] | tuple[Item | Mapping[str, object], ...]",
) -> bytes:
    """A real-time (0x02) or reissued (0x03) report; 2025 ones without a signature block.

    Each item is a mapping with ``name`` (or ``code``) and the plain values of its fields.

    Raises:
        EncodeError: what cannot be expressed, with the name of the field and why.
    """
    return encode_frame(edition, command, COMMAND, vin, {"time": when, "items": items})
