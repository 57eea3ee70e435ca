"""From the cell of a file to a value of its column, or to what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils import translation

from voltward.base.units import BEIJING
from voltward.base.vin import check_digit, has_vin_form
from voltward.pages.export import FORMULA_STARTS
from voltward.pages.imports.kinds import Complaint, ImportColumn

LONGEST_FOUND = 60
EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{2,3}")
_PLAIN_NUMBER = re.compile(r"[+-]?[\d .,-]*\d|-+")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
TRUE = frozenset({"是", "y", "yes", "true", "1", "√"})
FALSE = frozenset({"否", "n", "no", "false", "0", "×"})
LANGUAGES = ("zh-hans", "en")


class BadCell(Exception):
    """``code`` is a key of words.WORDS."""

    def __init__(self, code: str, expected: str = "") -> None:
        super().__init__(code)
        self.code, self.expected = code, expected


def parsed(column: ImportColumn, cell: Any) -> tuple[Any, Complaint | None]:
    """The value and what warns of it; None: the cell is empty.

    Raises:
        BadCell: the cell holds something else than its column expects.
    """
    if isinstance(cell, str):
        cell = cell.strip()
        if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS:
            cell = cell[1:].strip()  # as our own exports defuse what a spreadsheet would run
    if cell is None or cell == "":
        if column.required:
            raise BadCell("empty")
        return None, None
    value = _READERS[column.kind](column, cell)
    complaint = column.check(value) if column.check else None
    if complaint is None and column.kind == "vin" and value[8] != (wanted := check_digit(value)):
        complaint = Complaint("vin_check", wanted, warns=True)
    if complaint is not None and not complaint.warns:
        raise BadCell(complaint.code, complaint.expected)
    return value, complaint


def found(cell: Any) -> str:
    """How a message shows a cell: short, without control characters."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell) if abs(cell) < EXACT else f"{cell:.2E}"
    text = _CONTROL.sub("␣", str(cell))
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


def _text(column: ImportColumn, cell: Any) -> str:
    text = _exact(cell)
    if _CONTROL.search(text):
        raise BadCell("control")
    if text.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        raise BadCell("formula")
    if len(text) > column.longest:
        raise BadCell("too_long", str(column.longest))
    return text


def _exact(cell: Any) -> str:
    """A code as text: numbers only where no digit can be lost.

    Raises:
        BadCell: a number of more digits than a spreadsheet keeps.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if abs(cell) >= EXACT:
            raise BadCell("number_lost")
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _vin(_column: ImportColumn, cell: Any) -> str:
    text = unicodedata.normalize("NFKC", _exact(cell)).strip().upper()
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("number_lost")
    if text.startswith(FORMULA_STARTS):
        raise BadCell("formula")
    if not has_vin_form(text):
        raise BadCell("vin_form")
    return text


def _number(_column: ImportColumn, cell: Any) -> Decimal:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    text = str(cell).replace("，", ",")
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCell("number") from None
    if not number.is_finite():
        raise BadCell("number")
    return number


def _date(_column: ImportColumn, cell: Any) -> date:
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise BadCell("date")
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _DATE.fullmatch(_exact(cell))
    if match is None:
        raise BadCell("date")
    try:
        return date(*(int(part) for part in match.groups() if part is not None))
    except ValueError:
        raise BadCell("date") from None


def _instant(column: ImportColumn, cell: Any) -> datetime:
    """A file speaks Beijing time unless it says otherwise; a date alone is its midnight."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=BEIJING).astimezone(UTC)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), BEIJING).astimezone(UTC)
    text = _exact(cell)
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        pass
    day, _space, clock = text.replace("T", " ").partition(" ")
    match = _TIME.fullmatch(clock.strip() or "0:00")
    try:
        if match is None:
            raise ValueError(clock)
        hour, minute, second, fraction = match.groups()
        micro = int((fraction or "0").ljust(6, "0"))
        at = time(int(hour), int(minute), int(second or 0), micro)
        return datetime.combine(_date(column, day), at, BEIJING).astimezone(UTC)
    except (ValueError, BadCell):
        raise BadCell("instant") from None


def _aware(instant: datetime) -> datetime:
    return (instant if instant.tzinfo else instant.replace(tzinfo=BEIJING)).astimezone(UTC)


def _choice(column: ImportColumn, cell: Any) -> str:
    known = _choice_names(column.choices)
    value = known.get(_exact(cell).casefold())
    if value is None:
        raise BadCell("choice", " / ".join(str(title) for _code, title in column.choices))
    return value


@lru_cache(maxsize=256)
def _choice_names(choices: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    """Codes and their titles in every language, to codes."""
    names = {code.casefold(): code for code, _title in choices}
    for language in LANGUAGES:
        with translation.override(language):
            names |= {str(title).casefold(): code for code, title in choices}
    return names


def _bool(_column: ImportColumn, cell: Any) -> bool:
    text = _exact(cell).casefold()
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise BadCell("bool")


_READERS: dict[str, Callable[[ImportColumn, Any], Any]] = {
    "text": _text,
    "vin": _vin,
    "number": _number,
    "date": _date,
    "instant": _instant,
    "choice": _choice,
    "bool": _bool,
}


def plain(column: ImportColumn, value: Any) -> str:
    """A value as text that ``parsed`` reads back, in the reader's language."""
    if value is None:
        return ""
    if column.kind == "bool":
        return "是" if value else "否"
    if column.kind == "instant":
        return str(value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")).removesuffix(
            ".000000"
        )
    if column.kind == "choice":
        return str(dict(column.choices)[value])
    return str(value)
