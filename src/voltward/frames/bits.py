"""Bits in the words of the protocol tables: flags, a status byte, the gear byte."""

from collections.abc import Mapping
from dataclasses import dataclass

from voltward.frames.widths import Width


@dataclass(frozen=True, slots=True)
class Flags:
    """Bits, bit 0 least significant. ``bits`` names the defined ones, others are reserved."""

    name: str
    width: Width
    bits: Mapping[int, str]
    list_name: str  # the key under which the numbers of the set bits are listed


@dataclass(frozen=True, slots=True)
class StatusBit:
    """One bit of a ``Status``: its word when clear and its word when set."""

    name: str
    bit: int
    clear: str
    set: str


@dataclass(frozen=True, slots=True)
class Status:
    """A byte whose bits are choices of their own; ``bits`` in printed order."""

    name: str
    width: Width
    bits: tuple[StatusBit, ...]


@dataclass(frozen=True, slots=True)
class Gear:
    """The gear byte (table A.1 of both editions): bits 0-3 position, 4 braking, 5 driving force."""

    name: str
    width: Width
    positions: Mapping[int, str]
    valid_bit: bool  # 2025: bit 7 set means the gear is not valid
