"""The explanation of a frame as data: one line per value, in the order of the bytes."""

from dataclasses import dataclass
from enum import StrEnum

from voltward.frames.errors import Problem
from voltward.frames.frame import Frame
from voltward.frames.values import Reason
from voltward.frames.words import Phrase


class LineKind(StrEnum):
    """What the bytes of a line are."""

    HEADER = "header"
    FIELD = "field"
    MARK = "mark"  # a type, count, length or marker
    OPAQUE = "opaque"  # encrypted or by agreement: nothing to be read
    UNREAD = "unread"  # not understood; the line says why


class Sensitivity(StrEnum):
    """Why a page may have to mask the bytes and the meaning of a line."""

    NONE = "none"
    POSITION = "position"  # where the vehicle is
    IDENTITY = "identity"  # which vehicle or SIM it is
    SECRET = "secret"  # noqa: S105 - passwords and keys
    UNKNOWN = "unknown"  # not read, so it may be any of them


@dataclass(frozen=True, slots=True)
class Line:
    """Bytes ``start:stop`` of the frame and what they say.

    ``value`` is the raw value as text, empty where the bytes are no number. ``part`` names what
    the line belongs to, outermost first, with a number where parts repeat. ``source`` is the
    table, ``field`` the name of its row where the line is a value of one. ``problem`` is set where
    something is wrong; where the reading ends, the line may have no bytes at all.
    """

    start: int
    stop: int
    raw: bytes
    kind: LineKind
    name: Phrase
    meaning: Phrase
    value: str = ""
    reason: Reason = Reason.PRESENT
    source: str = ""
    part: tuple[Phrase, ...] = ()
    sensitivity: Sensitivity = Sensitivity.NONE
    problem: Problem | None = None
    field: str = ""

    @property
    def hex(self) -> str:
        return self.raw.hex()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every byte of ``data`` in exactly one line.

    ``frame`` is None when the bytes are no frame; ``problems`` then begin with why. Offsets of
    problems inside the data unit count from its first byte, those of lines from the frame's.
    """

    data: bytes
    frame: Frame | None
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

    @property
    def is_clean(self) -> bool:
        return not self.problems
