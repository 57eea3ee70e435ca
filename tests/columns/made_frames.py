"""Frames made by chance from a seed: plausible, odd and broken ones of both editions."""

import random

from voltward.frames.editions import INFO_TYPES, START
from voltward.frames.grammar import (
    Choice,
    Count,
    Edition,
    FaultCodes,
    Field,
    Gear,
    Group,
    InfoType,
    Number,
    Numbers,
    Octets,
    Pairs,
    Width,
)
from voltward.frames.header import bcc

VIN = b"LTESTVEH0GB329601"
ODD = 0.08  # share of values that are codes, limits or beyond them


def framed(
    unit: bytes,
    edition: Edition = Edition.Y2016,
    command: int = 0x02,
    response: int = 0xFE,
    vin: bytes = VIN,
    encryption: int = 1,
) -> bytes:
    """A whole frame round any data unit."""
    head = START[edition] + bytes((command, response)) + vin.ljust(17, b"\0")
    data = head + bytes((encryption,)) + len(unit).to_bytes(2, "big") + unit
    return data + bytes((bcc(data[2:]),))


def time_bytes(chance: random.Random) -> bytes:
    if chance.random() < 0.05:
        return bytes(chance.randrange(256) for _ in range(6))
    limits = (100, 12, 28, 24, 60, 60)
    lows = (0, 1, 1, 0, 0, 0)
    return bytes(low + chance.randrange(limit) for low, limit in zip(lows, limits, strict=True))


def report(chance: random.Random, edition: Edition) -> bytes:
    """A report with any of the information types, now and then twice, cut or unknown."""
    codes = list(INFO_TYPES[edition])
    chosen = chance.sample(codes[:12], chance.randrange(0, 9))
    if chance.random() < 0.2:
        chosen.append(chance.choice(codes))
    if chance.random() < 0.1 and chosen:
        chosen.append(chosen[0])
    unit = time_bytes(chance)
    for code in chosen:
        unit += bytes((code,)) + body(chance, INFO_TYPES[edition][code])
    if edition is Edition.Y2025 and chance.random() < 0.8:
        unit += signature(chance)
    end = chance.random()
    if end < 0.08:
        unit = unit[: chance.randrange(len(unit) + 1)]
    elif end < 0.14:
        unit += bytes(chance.randrange(256) for _ in range(chance.randrange(1, 40)))
    command, response = chance.choice(((2, 0xFE), (3, 0xFE), (2, 0xFE), (2, 1), (7, 0xFE)))
    return framed(unit[:65_531], edition, command, response, encryption=_encryption(chance))


def _encryption(chance: random.Random) -> int:
    return chance.choice((2, 3, 0xFE)) if chance.random() < 0.03 else 1


def signature(chance: random.Random) -> bytes:
    block = bytes((0xFF, chance.randrange(5)))
    for _ in "RS":
        size = chance.choice((0, 32, 32, 5))
        block += size.to_bytes(2, "big") + chance.randbytes(size)
    return block


def body(chance: random.Random, info: InfoType) -> bytes:
    return _fields(chance, info.fields)


def _fields(chance: random.Random, fields: tuple[Field, ...]) -> bytes:
    out = b""
    counts: dict[str, int] = {}
    for field in fields:
        match field:
            case Count():
                raw = _count(chance, field.width, 40 if field.width.octets == 2 else 4)
                counts[field.name] = 0 if raw >= field.width.abnormal else raw
                out += raw.to_bytes(field.width.octets, "big")
            case Group():
                for _ in range(counts[field.count]):
                    out += _fields(chance, field.fields)
            case Numbers():
                out += b"".join(_integer(chance, field.item) for _ in range(counts[field.count]))
            case FaultCodes():
                count = _count(chance, field.count, 3)
                out += count.to_bytes(field.count.octets, "big")
                out += chance.randbytes(0 if count >= field.count.abnormal else 4 * count)
            case Pairs():
                count = _count(chance, field.count, 3)
                out += count.to_bytes(field.count.octets, "big")
                out += chance.randbytes(0 if count >= field.count.abnormal else 2 * count)
            case Octets():
                size = chance.randrange(30)
                out += size.to_bytes(2, "big") + chance.randbytes(size)
            case _:
                out += _integer(chance, field)
    return out


def _count(chance: random.Random, width: Width, most: int) -> int:
    if chance.random() < ODD:
        return chance.choice((width.abnormal, width.invalid))
    return chance.randrange(most + 1)


def _integer(chance: random.Random, field: Field) -> bytes:
    assert isinstance(field, Number | Choice | Gear) or hasattr(field, "width")
    width: Width = field.width
    largest = width.largest
    odd = (largest, largest - 1, largest - 2, 0, 101)
    if chance.random() < ODD:
        raw = chance.choice(odd)
    elif isinstance(field, Number):
        raw = chance.randint(field.lowest_raw, min(field.highest_raw + 1, largest))
    elif isinstance(field, Choice):
        raw = chance.randrange(max(field.choices) + 2)
    else:
        raw = chance.randrange(largest + 1)
    return (raw & largest).to_bytes(width.octets, "big")
