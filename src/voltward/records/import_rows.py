"""The rows of a run, judged batch by batch, and the tally that is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from voltward.pages.imports.cells import found
from voltward.pages.imports.kinds import (
    REFUSED,
    ImportKind,
    Outcome,
    ParsedRow,
    Problem,
    Target,
)
from voltward.pages.imports.rows import ReadRow, read_rows
from voltward.records import import_files
from voltward.records.models import ImportRun, Person

BATCH = 5000
FIRST_PROBLEMS = 50
FIRST_DIFFERENCES = 50


@dataclass(frozen=True)
class Judged:
    """A row of the file and what becomes of it; ``outcome`` is None where a cell is wrong."""

    read: ReadRow
    outcome: Outcome | None
    problems: tuple[Problem, ...]

    @property
    def letter(self) -> str:
        """n, c, s or r: how the row stands in ``ImportRun.outcomes``."""
        return self.outcome.result[0] if self.outcome else REFUSED[0]


def judged(
    actor: Person, run: ImportRun, kind: ImportKind, target: Target
) -> Iterator[list[Judged]]:
    """
    Raises:
        BadFile: the file as a whole can no longer be read.
    """
    rows = read_rows(
        import_files.path_of(run.file_sha256), kind, import_files.limits(),
        headers=run.headers, below_row=run.header_row, mapping=run.mapping,
    )  # fmt: skip
    seen: dict[tuple[Any, ...], int] = {}
    while batch := list(islice(rows, BATCH)):
        twice = _repeated(batch, kind, run, seen)
        fresh = [row.parsed for row in batch if row.parsed and row.number not in twice]
        outcomes = {one.row.number: one for one in kind.judge(actor, fresh, target)}
        yield [_judged(row, outcomes.get(row.number), twice, run) for row in batch]


def natural_key(kind: ImportKind, row: ParsedRow) -> tuple[Any, ...]:
    return tuple(row.values.get(key) for key in kind.natural_key)


def _repeated(
    batch: Sequence[ReadRow],
    kind: ImportKind,
    run: ImportRun,
    seen: dict[tuple[Any, ...], int],
) -> dict[int, Problem]:
    """Rows whose natural key stands in an earlier row of the file."""
    twice: dict[int, Problem] = {}
    header = run.headers[run.mapping[kind.natural_key[0]]]
    for row in batch:
        if row.parsed is None:
            continue
        key = natural_key(kind, row.parsed)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            shown = " ".join(str(part) for part in key if part is not None)
            twice[row.number] = Problem(row.number, header, "duplicate", shown, str(first))
    return twice


def _judged(
    row: ReadRow, outcome: Outcome | None, twice: Mapping[int, Problem], run: ImportRun
) -> Judged:
    if row.number in twice:
        return Judged(row, None, (*row.problems, twice[row.number]))
    if outcome is None or outcome.result != REFUSED:
        return Judged(row, outcome, row.problems)
    place = run.mapping[outcome.column]
    problem = Problem(
        row.number, run.headers[place], outcome.code, found(row.cells[place]), outcome.expected
    )
    return Judged(row, outcome, (*row.problems, problem))


@dataclass
class Tally:
    """Counts of a check; ``before``: the letters of the check before, if there was one."""

    before: str = ""
    letters: list[str] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    warned_rows: int = 0
    differences: list[list[Any]] = field(default_factory=list)
    differing: int = 0

    def add(self, batch: Sequence[Judged], refused: Callable[[Judged], None] | None = None) -> None:
        for one in batch:
            letter = one.letter
            place = len(self.letters)
            self.letters.append(letter)
            if self.before and self.before[place : place + 1] != letter:
                self.differing += 1
                if len(self.differences) < FIRST_DIFFERENCES:
                    was = self.before[place : place + 1]
                    self.differences.append([one.read.number, was, letter])
            if letter == REFUSED[0]:
                if refused is not None:
                    refused(one)
            elif one.problems:
                self.warned_rows += 1
            for problem in one.problems:
                into = self.warnings if problem.warns else self.refusals
                if len(into) < FIRST_PROBLEMS:
                    into.append(problem)

    @property
    def rows(self) -> int:
        return len(self.letters)

    def count(self, result: str) -> int:
        return self.letters.count(result[0])

    def put_into(self, run: ImportRun) -> None:
        run.total_rows, run.outcomes = self.rows, "".join(self.letters)
        run.new_rows, run.changed_rows = self.count("new"), self.count("changed")
        run.same_rows, run.refused_rows = self.count("same"), self.count("refused")
        run.warned_rows = self.warned_rows
        run.problems = [problem.plain() for problem in (*self.refusals, *self.warnings)]
        run.since = {"count": self.differing, "rows": self.differences} if self.differing else {}
