"""Looks through a workbook before it is read: how far it unpacks, how far its sheets reach.

Office Open XML (ECMA-376). The reader allots the whole rectangle of a sheet at once, so two cells
in opposite corners, or a member that unpacks to terabytes, must be found while streaming.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from voltward.pages.imports.words import BadFile

CHUNK = 1 << 18
MOST_MEMBERS = 2000
LONGEST_TEXT = 64 << 20  # of workbook.xml and the relations between parts
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class Limits:
    """``file_bytes`` as uploaded, ``unpacked_bytes`` of a workbook, ``cells`` of its sheet."""

    file_bytes: int
    unpacked_bytes: int
    cells: int


@dataclass
class SheetLook:
    """Rows and columns counted from 1; ``bad``: row to columns with an error or no result."""

    rows: int = 0
    columns: int = 0
    bad: dict[int, list[int]] = field(default_factory=dict)


def look_through(path: Path, limits: Limits) -> dict[str, SheetLook]:
    """Part name (``xl/worksheets/sheet1.xml``) to what was seen in it.

    Raises:
        BadFile: no zip, damaged, unpacks beyond the limit, or a sheet reaches too far.
    """
    left = limits.unpacked_bytes
    looks: dict[str, SheetLook] = {}
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            if len(members) > MOST_MEMBERS:
                raise BadFile("file_broken", found=f"{len(members)} parts")
            if sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise _too_far(limits)
            for member in members:
                scan = _SheetScan(limits) if _is_sheet(member.filename) else None
                for piece in _pieces(book, member):
                    left -= len(piece)
                    if left < 0:
                        raise _too_far(limits)
                    if scan is not None:
                        scan.feed(piece)
                if scan is not None:
                    looks[member.filename] = scan.close()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadFile("file_broken", found=str(error)[:80]) from error
    except (expat.ExpatError, OSError, ValueError) as error:
        raise BadFile("file_broken", found=str(error)[:80]) from error
    return looks


def _too_far(limits: Limits) -> BadFile:
    return BadFile("file_unpacked", expected=f"{limits.unpacked_bytes >> 20} MiB")


def _is_sheet(name: str) -> bool:
    return name.lower().startswith("xl/") and "sheet" in name.lower() and name.endswith(".xml")


def _pieces(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with book.open(member) as part:
        while piece := part.read(CHUNK):
            yield piece


class _SheetScan:
    """Follows ``row`` and ``c`` elements; only cells that hold something count, as for the reader."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.look = limits, SheetLook()
        self.row = self.column = 0
        self.in_error = self.has_formula = self.has_value = False
        # names come as "namespace name" or bare: the reader heeds neither, so neither hides a cell
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._no_doctype

    def feed(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)

    def close(self) -> SheetLook:
        self.parser.Parse(b"", True)
        self._end_cell()
        return self.look

    @staticmethod
    def _no_doctype(*_arguments: Any) -> None:
        raise BadFile("file_broken", found="DOCTYPE")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v" or tag == "is":
            self.has_value = True
        elif tag == "c":
            self._end_cell()
            self._cell(attributes)
        elif tag == "f":
            self.has_formula = True
        elif tag == "row":
            self._end_cell()
            self.row = int(attributes.get("r") or self.row + 1)
            self.column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        if place is not None:
            self.column, self.row = number_of_column(place[1]), int(place[2])
        else:
            self.column += 1
        self.in_error = attributes.get("t") == "e"

    def _end_cell(self) -> None:
        """The cell before the present element, if it held something."""
        if not (self.has_value or self.has_formula):
            return
        look = self.look
        if self.row > look.rows or self.column > look.columns:
            look.rows, look.columns = max(look.rows, self.row), max(look.columns, self.column)
            if look.rows * look.columns > self.limits.cells:
                span = str(look.rows * look.columns)
                raise BadFile("file_cells", found=span, expected=str(self.limits.cells))
        if self.in_error or not self.has_value:
            look.bad.setdefault(self.row, []).append(self.column)
        self.has_formula = self.has_value = False


@lru_cache(maxsize=1024)
def number_of_column(letters: str) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of_column(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
