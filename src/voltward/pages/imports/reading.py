"""Reads an uploaded table row by row: .xlsx workbooks and text with separators."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from voltward.pages.imports.words import BadFile
from voltward.pages.imports.workbook_guard import (
    LONGEST_TEXT,
    Limits,
    SheetLook,
    letters_of_column,
    look_through,
)

LONGEST_CELL = 32_767  # characters, as in a spreadsheet
CHUNK = 1 << 20
SEPARATORS = ",\t;|"
SNIFF_LINES = 5
_RELATION = re.compile(r"\{.*\}id")


@dataclass(frozen=True)
class OpenTable:
    """``rows``: number, as the spreadsheet counts it, and cells; all rows, empty ones too.

    ``merged`` and ``bad``: row number to what makes cells of that row unusable, by column index.
    ``other_sheets``: visible ones that are not read.
    """

    rows: Iterator[tuple[int, list[Any]]]
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    merged: Mapping[int, dict[int, str]] = field(default_factory=dict)
    bad: Mapping[int, list[int]] = field(default_factory=dict)


@contextmanager
def opened_table(path: Path, limits: Limits) -> Iterator[OpenTable]:
    """
    Raises:
        BadFile: the file as a whole cannot be read; while rows are drawn from it, too.
    """
    try:
        size, start = path.stat().st_size, _beginning(path)
    except FileNotFoundError as error:
        raise BadFile("file_gone") from error
    if size > limits.file_bytes:
        raise too_large(size, limits)
    if not start.strip():
        raise BadFile("file_empty")
    if start.startswith(b"PK\x03\x04"):
        yield _workbook(path, limits)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("file_old_excel")
    elif b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadFile("file_format")
    else:
        encoding = sniffed_encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            yield OpenTable(_text_rows(file, _separator(path, encoding), limits))


def too_large(size: int, limits: Limits) -> BadFile:
    return BadFile(
        "file_large",
        found=f"{size / (1 << 20):.1f} MiB",
        expected=f"{limits.file_bytes / (1 << 20):.1f} MiB",
    )


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


# ---- text


def sniffed_encoding(path: Path) -> str:
    """By byte-order mark, else the first of UTF-8 and GB18030 that the whole file is.

    Raises:
        BadFile: it is none of them.
    """
    start = _beginning(path)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    broken = 0
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        broken = 0
        try:
            with path.open("rb") as file:
                while piece := file.read(CHUNK):
                    decoder.decode(piece)
                    broken += len(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            broken += error.start + 1
            continue
        return encoding
    raise BadFile("file_encoding", found=str(broken))


def _separator(path: Path, encoding: str) -> str:
    """The candidate that divides the first lines most often, outside quotes."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        lines = [file.readline(CHUNK) for _ in range(SNIFF_LINES)]
    text = re.sub(r'"[^"]*"', "", "".join(lines))
    return max(SEPARATORS, key=lambda one: (text.count(one), -SEPARATORS.index(one)))


def _text_rows(file: Any, separator: str, limits: Limits) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, delimiter=separator)
    number, cells = 0, 0
    try:
        for row in reader:
            number += 1
            cells += len(row)
            if cells > limits.cells:
                raise BadFile("file_cells", found=f">{limits.cells}", expected=str(limits.cells))
            yield number, row
    except csv.Error as error:
        raise BadFile("file_text", found=str(number + 1)) from error
    except UnicodeError as error:
        raise BadFile("file_encoding", found="?") from error


# ---- workbooks


def _workbook(path: Path, limits: Limits) -> OpenTable:
    looks = look_through(path, limits)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if not shown:
            raise BadFile("file_no_sheet")
        # before the reader allots it: a part that was not looked through is not read
        look = looks.get(_part_of(path, shown[0]))
        if look is None or book.sheet_names.count(shown[0]) > 1:
            raise BadFile("file_broken", found=shown[0])
        sheet = book.get_sheet_by_name(shown[0])
        # the reader leaves empty columns before the table out, for all rows alike
        first_column = sheet.start[1] if sheet.start else 0
        return OpenTable(
            enumerate(sheet.iter_rows() if sheet.start else (), 1),
            shown[0],
            tuple(shown[1:]),
            _merged(sheet.merged_cell_ranges or (), first_column),
            _bad(look, first_column),
        )
    except python_calamine.PasswordError as error:
        raise BadFile("file_old_excel") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise BadFile("file_broken", found=str(error)[:80]) from error


def _merged(ranges: Any, first_column: int) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, right) in ranges:
        ends = [(left, top), (right, bottom)]
        name = ":".join(f"{letters_of_column(column + 1)}{row + 1}" for column, row in ends)
        for row in range(top, bottom + 1):
            cells = found.setdefault(row + 1, {})
            cells.update({column - first_column: name for column in range(left, right + 1)})
    return found


def _bad(look: SheetLook, first_column: int) -> dict[int, list[int]]:
    return {row: [one - 1 - first_column for one in columns] for row, columns in look.bad.items()}


def _part_of(path: Path, sheet_name: str) -> str:
    """The part of the workbook that holds a sheet, by the relations of workbook.xml."""
    with zipfile.ZipFile(path) as book:
        sheets = _small_xml(book, "xl/workbook.xml")
        relations = _small_xml(book, "xl/_rels/workbook.xml.rels")
    for sheet in sheets.iter():
        if sheet.tag.endswith("}sheet") and sheet.get("name") == sheet_name:
            wanted = next((text for key, text in sheet.items() if _RELATION.fullmatch(key)), "")
            for relation in relations.iter():
                if relation.get("Id") == wanted:
                    target = str(relation.get("Target", ""))
                    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _small_xml(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        info = book.getinfo(name)
    except KeyError as error:
        raise BadFile("file_broken", found=name) from error
    content = book.read(info) if info.file_size <= LONGEST_TEXT else b""
    if b"<!DOCTYPE" in content:
        raise BadFile("file_broken", found="DOCTYPE")
    return ElementTree.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities
