"""Many frames at once: arrays of values to a matrix of bytes, driven by the tables of ``frames/``.

All frames of one call have the same layout (types, packs, cells, probes, codes), so every field
is one write into a column of the matrix. ``frames.frame`` is the reference; a test compares both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from voltward.base.units import BEIJING
from voltward.frames.editions import COMMAND, PLAIN, START
from voltward.frames.grammar import (
    Choice,
    Count,
    Edition,
    FaultCodes,
    Field,
    Flags,
    Gear,
    Group,
    InfoType,
    Number,
    Numbers,
    Pairs,
    Status,
    Width,
)
from voltward.simulator.quantising import Tallies, raw_values

Bytes = NDArray[np.uint8]
Values = Mapping[str, NDArray[np.float64]]

REALTIME, REISSUE = 0x02, 0x03
_HEADER = 24
_BEIJING_S = 8 * 3600


@dataclass(frozen=True)
class Body:
    """One information type and its values for n frames.

    ``values``: field name -> (n,), inside a group (n, groups), a list inside a group
    (n, groups, items), code lists (n, codes), pairs (n, pairs, columns). NaN is sent as the
    invalid code. A number or choice without values is sent as the invalid code in every frame.
    """

    info: InfoType
    values: Values


def frame_matrix(
    edition: Edition,
    command: int,
    vins: Sequence[str] | str,
    collected_at: NDArray[np.int64],
    bodies: Sequence[Body],
    tallies: Tallies | None = None,
) -> Bytes:
    """(n, frame length) whole frames with checksum.

    ``vins``: one for all or one each. ``collected_at`` (n,): unix seconds of 2000 to 2099, Beijing.
    """
    rows = len(collected_at)
    tallies = Tallies() if tallies is None else tallies
    parts: list[Bytes] = [times_of(collected_at)]
    for body in bodies:
        parts.append(_full(rows, 1, body.info.code))
        parts.extend(_fields(body.info.fields, body, rows, tallies))
    unit = np.concatenate(parts, axis=1)
    frames = np.empty((rows, _HEADER + unit.shape[1] + 1), np.uint8)
    frames[:, :2] = np.frombuffer(START[edition], np.uint8)
    frames[:, 2], frames[:, 3] = command, COMMAND
    frames[:, 4:21] = _vin_bytes(vins)
    frames[:, 21] = PLAIN
    frames[:, 22], frames[:, 23] = divmod(unit.shape[1], 256)
    frames[:, _HEADER:-1] = unit
    frames[:, -1] = np.bitwise_xor.reduce(frames[:, 2:-1], axis=1)
    return frames


def with_command(frames: Bytes, command: int) -> Bytes:
    """The same frames under another command, checksum renewed."""
    changed = frames.copy()
    changed[:, -1] ^= changed[:, 2] ^ np.uint8(command)
    changed[:, 2] = command
    return changed


def frames_of(matrix: Bytes) -> Iterator[bytes]:
    """The rows of ``matrix`` as bytes."""
    whole, length = matrix.tobytes(), matrix.shape[1]
    return (whole[at : at + length] for at in range(0, len(whole), length))


def times_of(collected_at: NDArray[np.int64]) -> Bytes:
    """(n, 6): year-2000, month, day, hour, minute, second in Beijing (clause 6.4)."""
    local = collected_at + _BEIJING_S
    days, of_day = np.divmod(local, 86_400)
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64)
    return np.stack(
        [
            month // 12 + 1970 - 2000,
            month % 12 + 1,
            (dates - months).astype(np.int64) + 1,
            of_day // 3600,
            of_day // 60 % 60,
            of_day % 60,
        ],
        axis=1,
    ).astype(np.uint8)


def time_bytes(unix_s: int) -> bytes:
    """The six time bytes of one instant."""
    local = datetime.fromtimestamp(unix_s, BEIJING)
    return bytes(
        (local.year - 2000, local.month, local.day, local.hour, local.minute, local.second)
    )


def _vin_bytes(vins: Sequence[str] | str) -> Bytes:
    if isinstance(vins, str):
        return np.frombuffer(vins.encode("ascii"), np.uint8)
    return np.frombuffer("".join(vins).encode("ascii"), np.uint8).reshape(len(vins), 17)


def _full(rows: int, octets: int, value: int) -> Bytes:
    one = np.frombuffer(value.to_bytes(octets, "big"), np.uint8)
    return np.broadcast_to(one, (rows, octets))


def _big_endian(raw: NDArray[np.uint32], width: Width) -> Bytes:
    """(n, k) or (n,) raw values as (n, k * octets) bytes."""
    rows = len(raw)
    flat = raw.reshape(rows, -1)
    return np.ascontiguousarray(flat, dtype=f">u{width.octets}").view(np.uint8)


def _fields(
    fields: Sequence[Field], body: Body, rows: int, tallies: Tallies, at: int | None = None
) -> Iterator[Bytes]:
    """The bytes of ``fields`` in order; ``at``: which element of a group, if inside one."""
    for field in fields:
        match field:
            case Number() | Choice():
                yield _integer(field, body, rows, tallies, at)
            case Gear() | Flags() | Status():
                yield _big_endian(_values(body, field.name, at).astype(np.uint32), field.width)
            case Count():
                yield _full(rows, field.width.octets, _count(field, fields, body, at))
            case Group():
                for element in range(_groups(body)):
                    yield from _fields(field.fields, body, rows, tallies, element)
            case Numbers():
                yield _integer(field.item, body, rows, tallies, at)
            case FaultCodes():
                codes = _optional(body, field.name, (rows, 0))
                yield _full(rows, field.count.octets, codes.shape[1])
                yield _big_endian(codes.astype(np.uint32), field.item)
            case Pairs():
                pairs = _optional(body, field.name, (rows, 0, len(field.columns)))
                yield _full(rows, field.count.octets, pairs.shape[1])
                yield _pairs(pairs, field)
            case _:
                raise NotImplementedError(
                    f"{body.info.name}.{field.name}: not in any report made here"
                )


def _integer(
    field: Number | Choice, body: Body, rows: int, tallies: Tallies, at: int | None
) -> Bytes:
    known = field.name in body.values
    values = _values(body, field.name, at) if known else np.full(rows, np.nan)
    raw, tally = raw_values(field, values)
    tallies.add(f"{body.info.name}.{field.name}", tally)
    return _big_endian(raw, field.width)


def _values(body: Body, name: str, at: int | None) -> NDArray[np.float64]:
    values = body.values[name]
    return values if at is None else values[:, at]


def _optional(body: Body, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return body.values[name] if name in body.values else np.empty(shape)


def _groups(body: Body) -> int:
    """How many elements: every group has a field "number" of shape (n, groups)."""
    return int(body.values["number"].shape[1])


def _count(count: Count, fields: Sequence[Field], body: Body, at: int | None) -> int:
    """What the count in front of a group or list says, taken from the values that follow."""
    for field in fields:
        if isinstance(field, Group) and field.count == count.name:
            return _groups(body)
        if isinstance(field, Numbers) and field.count == count.name:
            return int(_values(body, field.name, at).shape[1])
    raise NotImplementedError(f"{body.info.name}.{count.name}: counts nothing made here")


def _pairs(pairs: NDArray[np.float64], field: Pairs) -> Bytes:
    rows, many, _ = pairs.shape
    columns = [
        _big_endian(pairs[:, :, number].astype(np.uint32), width).reshape(rows, many, width.octets)
        for number, (_, width) in enumerate(field.columns)
    ]
    return np.concatenate(columns, axis=2).reshape(rows, -1)
