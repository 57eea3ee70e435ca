"""The signature block at the end of a data unit (GB/T 32960.3-2025 table of signatures): found, made.

What is signed begins with the collection time and ends before the block. Whether the marker FF
belongs to it the standard does not say: both are tried, and which one matched is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from voltward.frames.y2025.commands.signature import SIGNATURE_MARKER
from voltward.seals.keys import Algorithm, PublicKey

_MARKER: Final = bytes((SIGNATURE_MARKER,))
_LENGTHS: Final = 5  # algorithm, length of R, length of S
MOST_BLOCKS: Final = 4  # readings of one unit's end that are tried; an honest one has one or two
LONGEST: Final = 1 + 5 + 1024 + 512  # of a block: R of an RSA key of 8192 bits, and room for any S


class Signed(Enum):
    """What the signature covers."""

    WITHOUT_MARKER = "without_marker"
    WITH_MARKER = "with_marker"


@dataclass(frozen=True, slots=True)
class Block:
    """``start``: where the block begins in the unit, its marker (if it has one) included."""

    start: int
    algorithm: Algorithm
    r: bytes
    s: bytes


def blocks(unit: bytes, *, marker: bool = True) -> list[Block]:
    """Every reading of the unit's end as a signature block, the first place first.

    The bytes FF 01 may stand inside data too; only a block that ends with the unit counts, and only
    the key decides between two of them. ``marker`` False: those of activation, which have none.
    """
    found: list[Block] = []
    for at in _places(unit, marker=marker):
        block = _read(unit, at, at - len(_MARKER) if marker else at)
        if block is not None:
            found.append(block)
            if len(found) == MOST_BLOCKS:
                break
    return found


def verified(
    unit: bytes, key: PublicKey, algorithm: Algorithm, first: Signed = Signed.WITHOUT_MARKER
) -> Signed | None:
    """How a unit is signed by the owner of ``key``; None: it is not. ``first``: tried before the other."""
    readings = sorted(Signed, key=lambda one: one is not first)
    for block in blocks(unit):
        if block.algorithm is not algorithm:
            continue
        for how in readings:
            stop = block.start + (how is Signed.WITH_MARKER)
            if key.verifies(block.r, block.s, unit[:stop]):
                return how
    return None


def packed(algorithm: Algorithm, r: bytes, s: bytes, *, marker: bool = True) -> bytes:
    """A signature block as it stands at the end of a unit."""
    sizes = len(r).to_bytes(2, "big"), len(s).to_bytes(2, "big")
    return (_MARKER if marker else b"") + bytes((algorithm,)) + sizes[0] + r + sizes[1] + s


def _places(unit: bytes, *, marker: bool) -> Iterator[int]:
    """Where an algorithm byte may stand."""
    if not marker:
        yield 0
        return
    at = unit.find(_MARKER, max(0, len(unit) - LONGEST))
    while at >= 0:
        yield at + 1
        at = unit.find(_MARKER, at + 1)


def _read(unit: bytes, at: int, start: int) -> Block | None:
    if len(unit) < at + _LENGTHS or unit[at] not in Algorithm._value2member_map_:
        return None
    s_at = at + 3 + int.from_bytes(unit[at + 1 : at + 3], "big")
    if len(unit) < s_at + 2:
        return None
    if len(unit) != s_at + 2 + int.from_bytes(unit[s_at : s_at + 2], "big"):
        return None
    return Block(start, Algorithm(unit[at]), unit[at + 3 : s_at], unit[s_at + 2 :])
