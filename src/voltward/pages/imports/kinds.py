"""What a room declares once so that its records can be imported: columns, key, and how to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from voltward.base.errors import NotFound
from voltward.pages.room import Text

CellKind = Literal["text", "number", "date", "instant", "choice", "vin", "bool"]
Result = Literal["new", "changed", "same", "refused"]
NEW: Final = "new"
CHANGED: Final = "changed"
SAME: Final = "same"
REFUSED: Final = "refused"


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell: where, what was found, what was expected.

    ``row``: as the spreadsheet counts it, from 1; ``column``: the header of the file.
    ``code``: a key of ``words.WORDS``; ``warns``: it is said, and the row is taken all the same.
    """

    row: int
    column: str
    code: str
    found: str = ""
    expected: str = ""
    warns: bool = False

    def plain(self) -> list[Any]:
        """As JSON; ``Problem(*plain)`` reads it back."""
        return [self.row, self.column, self.code, self.found, self.expected, self.warns]


@dataclass(frozen=True)
class Complaint:
    """What a column's own ``check`` says against a value."""

    code: str
    expected: str = ""
    warns: bool = False


@dataclass(frozen=True)
class ImportColumn:
    """``aliases``: other headers by which files name it; ``longest``: of texts, in characters.

    ``check(value)`` runs on a value that has the right form already.
    """

    key: str
    title: Text
    kind: CellKind = "text"
    required: bool = False
    example: str = ""
    hint: Text = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, Text], ...] = ()
    longest: int = 200
    check: Callable[[Any], Complaint | None] | None = None


@dataclass(frozen=True)
class ParsedRow:
    """``values``: column key to value, only of cells that hold something."""

    number: int
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What becomes of a row. ``before`` and ``after``: the fields that change, as JSON.

    ``code``, ``expected`` and ``column`` (a column key) say why a row is refused.
    """

    row: ParsedRow
    result: Result
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    code: str = ""
    column: str = ""
    expected: str = ""


def compared(
    row: ParsedRow, record_id: int, present: Mapping[str, Any], given: Mapping[str, Any]
) -> Outcome:
    """What a row does to a record that is there: ``present`` and ``given`` by field, both as JSON."""
    after = {name: value for name, value in given.items() if present[name] != value}
    before = {name: present[name] for name in after}
    return Outcome(row, CHANGED if after else SAME, before, after, record_id)


@dataclass(frozen=True)
class Target:
    """Whose records a run changes. ``writing``: rows that will be changed must be locked."""

    maker_id: int
    run_id: int
    writing: bool = False


class Change(Protocol):
    """What a run did to one record, for its undoing."""

    pk: Any
    record_id: int
    result: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ImportKind:
    """All functions work on batches, inside the transaction of the whole run.

    ``judge`` only reads and says what would become of each row, in order. ``apply`` writes those
    that are new or changed and gives row number to primary key of the new ones. ``undo`` gives
    the changes it must keep, as primary key of the change to reason code (a key of WORDS).
    ``finish`` runs once after the last batch of a run that wrote something.
    """

    code: str
    title: Text
    needs: str
    columns: tuple[ImportColumn, ...]
    natural_key: tuple[str, ...]
    judge: Callable[[Any, Sequence[ParsedRow], Target], Sequence[Outcome]]
    apply: Callable[[Any, Sequence[Outcome], Target], Mapping[int, int]]
    undo: Callable[[Any, Sequence[Change], Target], Mapping[Any, str]]
    finish: Callable[[Any, Target], None] | None = None

    def column(self, key: str) -> ImportColumn:
        return next(column for column in self.columns if column.key == key)


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make a kind known; rooms do so where their services are."""
    KINDS[kind.code] = kind
    return kind


def kind_of(code: str) -> ImportKind:
    """
    Raises:
        NotFound: no such kind.
    """
    if code not in KINDS:
        raise NotFound(f"import kind {code}")
    return KINDS[code]
