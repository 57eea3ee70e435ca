"""From the rows of an open table to parsed rows of a kind, each with its problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from voltward.pages.imports.cells import BadCell, found, parsed
from voltward.pages.imports.kinds import Complaint, ImportColumn, ImportKind, ParsedRow, Problem
from voltward.pages.imports.mapping import LOOK_FOR_HEADER, header_row, headers_of
from voltward.pages.imports.reading import OpenTable, opened_table
from voltward.pages.imports.words import BadFile
from voltward.pages.imports.workbook_guard import Limits


@dataclass(frozen=True)
class Head:
    """What a file looks like before anything in it is judged."""

    sheet: str
    other_sheets: tuple[str, ...]
    headers: list[str]
    header_row: int
    data_rows: int


@dataclass(frozen=True)
class ReadRow:
    """A row as it lies in the file, and what it says; ``parsed`` is None where it is refused."""

    number: int
    cells: list[Any]
    parsed: ParsedRow | None
    problems: tuple[Problem, ...]


def head_of(path: Path, kind: ImportKind, limits: Limits) -> Head:
    """
    Raises:
        BadFile: it cannot be read, or holds nothing below its header.
    """
    with opened_table(path, limits) as table:
        first = list(islice(table.rows, LOOK_FOR_HEADER))
        index = header_row([cells for _number, cells in first], kind)
        if index is None:
            raise BadFile("file_empty")
        headers = headers_of(first[index][1])
        below = sum(1 for _number, cells in first[index + 1 :] if not _is_empty(cells))
        below += sum(1 for _number, cells in table.rows if not _is_empty(cells))
        if below == 0:
            raise BadFile("file_empty")
        return Head(table.sheet, table.other_sheets, headers, first[index][0], below)


def read_rows(
    path: Path,
    kind: ImportKind,
    limits: Limits,
    *,
    headers: Sequence[str],
    below_row: int,
    mapping: Mapping[str, int],
) -> Iterator[ReadRow]:
    """Every row below the header that holds something, in order.

    Raises:
        BadFile: the file as a whole cannot be read.
    """
    places = [(kind.column(key), place) for key, place in mapping.items()]
    with opened_table(path, limits) as table:
        for number, cells in table.rows:
            if number > below_row and not _is_empty(cells):
                yield _read(number, cells, places, headers, table)


def _is_empty(cells: Sequence[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _read(
    number: int,
    cells: list[Any],
    places: Sequence[tuple[ImportColumn, int]],
    headers: Sequence[str],
    table: OpenTable,
) -> ReadRow:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    merged, bad = table.merged.get(number, {}), table.bad.get(number, ())
    for column, place in places:
        cell = cells[place] if place < len(cells) else None
        try:
            if place in merged:
                raise BadCell("merged")
            if place in bad:
                raise BadCell("error_value")
            value, complaint = parsed(column, cell)
        except BadCell as error:
            shown = merged[place] if error.code == "merged" else found(cell)
            complaint = Complaint(error.code, error.expected)
            problems.append(_problem(number, headers[place], complaint, shown))
        else:
            if value is not None:
                values[column.key] = value
            if complaint is not None:
                problems.append(_problem(number, headers[place], complaint, found(cell)))
    surplus = [cell for cell in cells[len(headers) :] if cell not in (None, "")]
    if surplus:
        where = f"#{len(headers) + 1}"
        problems.append(_problem(number, where, Complaint("extra_cells"), found(surplus[0])))
    if any(not problem.warns for problem in problems):
        return ReadRow(number, cells, None, tuple(problems))
    return ReadRow(number, cells, ParsedRow(number, values, tuple(problems)), tuple(problems))


def _problem(number: int, header: str, complaint: Complaint, shown: str) -> Problem:
    return Problem(number, header, complaint.code, shown, complaint.expected, complaint.warns)
