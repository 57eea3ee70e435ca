"""The place in a data unit that is being read, and who is told about what was read."""

from collections.abc import Mapping
from typing import Protocol

from voltward.frames.errors import Problem, Stop
from voltward.frames.grammar import Edition, Field, InfoType, Width
from voltward.frames.raws import Raw


class Trace(Protocol):
    """Told about every byte that is understood, in order; offsets in the data unit."""

    def enter(self, what: str, number: int, source: str = "") -> None:
        """A part begins: its name, its number from 1 (0: alone), and its source table if any."""

    def leave(self) -> None:
        """The part ends."""

    def field(self, field: Field, start: int, stop: int, raw: Raw, number: int = 0) -> None:
        """A value; ``number`` counts from 1 inside a list."""

    def mark(self, what: str, start: int, stop: int, raw: int, field: Field | None = None) -> None:
        """An integer that is no field: type, marker, id, or the count or length of ``field``."""


class Cursor:
    """A place in a data unit, and what reading it needs to know."""

    __slots__ = ("at", "data", "edition", "end", "problems", "trace", "types")

    def __init__(
        self,
        data: bytes,
        edition: Edition,
        types: Mapping[int, InfoType],
        trace: Trace | None = None,
    ) -> None:
        self.data, self.edition, self.types, self.trace = data, edition, types, trace
        self.at, self.end = 0, len(data)
        self.problems: list[Problem] = []

    def take(self, octets: int) -> bytes:
        """The next bytes.

        Raises:
            Stop: body_truncated.
        """
        start = self.at
        if start + octets > self.end:
            raise self.short(octets, start)
        self.at = start + octets
        return self.data[start : self.at]

    def integer(self, width: Width) -> int:
        return int.from_bytes(self.take(width.octets), "big")

    def short(self, octets: int, at: int) -> Stop:
        return Stop("body_truncated", f"need {octets} have {self.end - at} at {at}", at)
