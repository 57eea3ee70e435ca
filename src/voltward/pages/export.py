"""Small tables as CSV and Excel files. Text that a spreadsheet would run as a formula is defused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from xlsxwriter import Workbook

Table = Iterable[Iterable[str]]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """``text`` as a spreadsheet shows it and never runs it (OWASP CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(name: str, head: Sequence[str], rows: Table) -> HttpResponse:
    """UTF-8 with a byte-order mark, which Excel needs to read Chinese."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return _file(
        name, "csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf" + buffer.getvalue().encode()
    )


def as_xlsx(name: str, head: Sequence[str], rows: Table) -> HttpResponse:
    """One sheet of text cells; text cells are never run as formulas."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("Voltward")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [printable(cell) for cell in row])
        sheet.autofit()
    return _file(name, "xlsx", XLSX, buffer.getvalue())


def printable(text: str) -> str:
    """XML 1.0 has no place for control characters."""
    return "".join(char for char in text if char >= " " or char in "\t\n")


def _file(name: str, ending: str, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="voltward-{name}.{ending}"'
    return response
