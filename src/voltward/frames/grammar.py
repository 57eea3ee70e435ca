"""The words that the protocol tables are written in (GB/T 32960.3, GB/T 45688).

A table is data: a tuple of fields in printed order. Every field is one of the frozen classes
below; ``Field`` is their union. All integers are unsigned and big-endian. A physical value is
``(raw + offset * per_unit) / per_unit``, so 0.1 km/h is ``per_unit=10``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from voltward.frames.bits import Flags as Flags
from voltward.frames.bits import Gear as Gear
from voltward.frames.bits import Status as Status
from voltward.frames.bits import StatusBit as StatusBit
from voltward.frames.widths import U8 as U8
from voltward.frames.widths import U16 as U16
from voltward.frames.widths import U32 as U32
from voltward.frames.widths import Width as Width


class Edition(IntEnum):
    """The edition of GB/T 32960.3 that a frame is written in; its start bytes say which."""

    Y2016 = 2016
    Y2025 = 2025


@dataclass(frozen=True, slots=True)
class Number:
    """A physical number. ``lowest`` and ``highest`` are physical; None means what fits."""

    name: str
    width: Width
    per_unit: int = 1
    offset: int = 0
    lowest: float | None = None
    highest: float | None = None
    codes: bool = True  # do FE / FF mean abnormal / invalid here?
    # raw value -> word, for values that are no number
    special: Mapping[int, str] = field(default_factory=dict)
    # raw value -> word, for people only: the value stays a number
    named: Mapping[int, str] = field(default_factory=dict)
    as_sent: bool = False  # a code stays a number in JSON, as that of a count does

    @property
    def lowest_raw(self) -> int:
        """The smallest raw value that is in range."""
        return 0 if self.lowest is None else round((self.lowest - self.offset) * self.per_unit)

    @property
    def highest_raw(self) -> int:
        """The largest raw value that is in range."""
        if self.highest is None:
            return self.width.largest - (2 if self.codes else 0)
        return round((self.highest - self.offset) * self.per_unit)


@dataclass(frozen=True, slots=True)
class Choice:
    """One word out of a list; a raw value that is not listed is out of range."""

    name: str
    width: Width
    choices: Mapping[int, str]
    codes: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many elements of a list follow. FE / FF are codes: then no list follows at all."""

    name: str
    width: Width
    lowest: int = 0
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list of numbers, as many as the earlier field ``count`` says."""

    name: str
    item: Number
    count: str


@dataclass(frozen=True, slots=True)
class Group:
    """The same fields again and again, as often as the earlier field ``count`` says."""

    name: str
    count: str
    fields: "tuple[Field, ...]"


@dataclass(frozen=True, slots=True)
class FaultCodes:
    """A count, at most ``most``, and that many maker-defined codes. Count FE / FF: no list."""

    name: str
    count: Width
    most: int
    item: Width


@dataclass(frozen=True, slots=True)
class Pairs:
    """A count, at most ``most``, and that many rows of raw integers. Count FE / FF: no list."""

    name: str
    count: Width
    most: int
    numbers: tuple[Number, Number]

    @property
    def columns(self) -> tuple[tuple[str, Width], ...]:
        """Name and width of the integers of a row."""
        return tuple((number.name, number.width) for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters (GB/T 1988, Chinese in GB 18030), padded on the right with NUL or space.

    ``octets`` is a number or the name of the earlier field that holds it; among ``Parts`` also
    None: up to the next separator or the end.
    """

    name: str
    octets: int | str | None
    padding: bytes = b"\0"


@dataclass(frozen=True, slots=True)
class Texts:
    """``count`` texts of ``octets`` characters; both name earlier fields."""

    name: str
    count: str
    octets: str


@dataclass(frozen=True, slots=True)
class TextGroups:
    """One list of texts per entry of the earlier list ``counts``, each ``octets`` long."""

    name: str
    counts: str
    octets: int


@dataclass(frozen=True, slots=True)
class Address:
    """Six bytes of an internet address: an IPv4 one is two zero bytes and its four."""

    name: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What ``Octets`` are made of, for people; between two parts stands ``separator``."""

    fields: "tuple[Number | Text | Address, ...]"
    separator: bytes = b""


@dataclass(frozen=True, slots=True)
class Octets:
    """Bytes as they are: counted by a length in front, or (``length=None``) all that is left.

    ``parts``: the ways they may be made, by the raw value of the earlier field ``told_by``; the
    first that fits is shown to people. Everywhere else they stay whole.
    """

    name: str
    length: Width | None
    told_by: str = ""
    parts: Mapping[int, tuple[Parts, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """Six bytes year-2000, month, day, hour, minute, second; Beijing time, plain binary."""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """Information items (type byte and body) in free order, up to ``end_marker`` or the end."""

    name: str
    end_marker: int | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature block; with a ``marker`` in front it may be missing. Nothing may follow it."""

    name: str
    marker: int | None
    fields: "tuple[Field, ...]"


@dataclass(frozen=True, slots=True)
class ParameterIds:
    """The ids of a parameter query, as many as the earlier field ``count`` says."""

    name: str
    count: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Rows of id byte and value; ``table`` has the field of each id. Other ids have no length."""

    name: str
    count: str
    table: "Mapping[int, Number | Text]"


Integer: TypeAlias = Number | Choice | Count | Flags | Status | Gear
"""Fields of fixed width that hold one integer."""

Field: TypeAlias = (
    Integer
    | Numbers
    | Group
    | FaultCodes
    | Pairs
    | Text
    | Texts
    | TextGroups
    | Octets
    | Moment
    | Items
    | Signature
    | ParameterIds
    | Parameters
)


@dataclass(frozen=True, slots=True)
class InfoType:
    """An information type of a real-time report: what follows its type byte.

    ``counted``: a length of that width stands in front of the fields, so that a body that holds
    more or less than them can be skipped.
    """

    code: int
    edition: Edition
    name: str
    source: str
    fields: tuple[Field, ...]
    counted: Width | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the data unit that it carries, and the one its answer carries.

    ``answer`` is empty where the answer is the common one: nothing, or the command's time with
    or without the rest of the command.
    """

    code: int
    edition: Edition
    name: str
    source: str
    fields: tuple[Field, ...]
    answer: tuple[Field, ...] = ()


# The tables spell the constructors in lower case, as a list of rows reads better so.
number = Number
choice = Choice
count = Count
gear = Gear
group = Group


def numbers(item: Number, *, count: str) -> Numbers:
    """A list that is named as its item is."""
    return Numbers(item.name, item, count)
