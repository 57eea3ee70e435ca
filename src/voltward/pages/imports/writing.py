"""Writes what people fill in and what they get back: templates and workbooks of errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook

from voltward.pages.export import harmless
from voltward.pages.imports.cells import LANGUAGES, found
from voltward.pages.imports.kinds import ImportColumn, ImportKind

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LAST_ROW = 1_048_575
KIND_NAMES = {
    "text": gettext_lazy("文本"),
    "number": gettext_lazy("数字"),
    "date": gettext_lazy("日期（2026-01-31）"),
    "instant": gettext_lazy("日期时间（北京时间，2026-01-31 08:30:00）"),
    "choice": gettext_lazy("选项"),
    "vin": gettext_lazy("17 位 VIN（不含 I、O、Q）"),
    "bool": gettext_lazy("是 / 否"),
}


def template_csv(kind: ImportKind, rows: Iterable[Sequence[str]] = ()) -> bytes:
    """Headers and ``rows``; UTF-8 with a byte-order mark, which Excel needs to read Chinese."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([str(column.title) for column in kind.columns])
    writer.writerows([harmless(text) for text in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def template_xlsx(kind: ImportKind, rows: Iterable[Sequence[str]] = ()) -> bytes:
    """The sheet to fill in, with lists of choices, and one of explanations in both languages."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, **SAFE}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(kind.title)[:31])
        sheet.freeze_panes(1, 0)
        # text cells keep every digit of a code
        sheet.set_column(0, len(kind.columns) - 1, 22, text)
        sheet.write_row(0, 0, [str(column.title) for column in kind.columns], bold)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, harmless(cell), text)
        for place, column in enumerate(kind.columns):
            titles = [str(title) for _code, title in column.choices]
            if titles and sum(map(len, titles)) + len(titles) <= 255:
                validation = {"validate": "list", "source": titles}
                sheet.data_validation(1, place, LAST_ROW, place, validation)
        _explain(book, kind, bold)
    return buffer.getvalue()


def _explain(book: Workbook, kind: ImportKind, bold: Any) -> None:
    sheet = book.add_worksheet("说明 Explanations")
    sheet.set_column(0, 6, 28)
    number = 0
    for language in LANGUAGES:
        with translation.override(language):
            head = [_("列"), _("内容"), _("必填"), _("示例"), _("可选值"), _("也可写作"), _("说明")]
            sheet.write_row(number, 0, head, bold)
            for column in kind.columns:
                number += 1
                sheet.write_row(number, 0, _explanation(column))
            empty = _("空单元格：新记录不填，已有记录保持原值。重复导入同一文件不会产生变化。")
            sheet.write(number + 1, 0, empty)
        number += 4


def _explanation(column: ImportColumn) -> list[str]:
    return [
        str(column.title),
        str(KIND_NAMES[column.kind]),
        _("是") if column.required else _("否"),
        harmless(column.example),
        " / ".join(str(title) for _code, title in column.choices),
        " / ".join(column.aliases),
        str(column.hint),
    ]


class ErrorBook:
    """The refused rows as they were uploaded, with a column that says what is wrong.

    Written row by row to ``path``; memory does not grow with the rows.
    """

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.headers, self.rows = list(headers), 0
        self._book = Workbook(str(path), {"constant_memory": True, **SAFE})
        self._text = self._book.add_format({"num_format": "@"})
        self._sheet = self._book.add_worksheet("Voltward")
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        self._sheet.set_column(0, len(self.headers), 22)
        head = [harmless(header) for header in self.headers]
        for place, title in enumerate([*head, _("错误")]):
            self._sheet.write_string(0, place, title, bold)

    def add(self, cells: Sequence[Any], said: str) -> None:
        if self.rows >= LAST_ROW:
            return
        self.rows += 1
        for place in range(len(self.headers)):
            cell = cells[place] if place < len(cells) else None
            if cell not in (None, ""):
                self._sheet.write_string(self.rows, place, harmless(_shown(cell)), self._text)
        self._sheet.write_string(self.rows, len(self.headers), harmless(said))

    def close(self) -> None:
        self._book.close()


def _shown(cell: Any) -> str:
    """As uploaded, without what a workbook has no place for."""
    if not isinstance(cell, str):
        return found(cell)
    return "".join(char for char in cell[:32_000] if char >= " " or char in "\t\n")
