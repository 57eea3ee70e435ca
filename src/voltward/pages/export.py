"""Lists as CSV and Excel files. Text that a spreadsheet would run as a formula is defused."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from xml.sax.saxutils import escape

from django.http import HttpResponse

Table = Iterable[Iterable[str]]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class TooManyRowsError(Exception):
    """More rows than an export may carry."""


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
    """One sheet of text cells (ECMA-376 part 1, 18.3); text cells are never run as formulas."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for path, text in _parts([list(head), *([*row] for row in rows)]).items():
            book.writestr(path, HEAD + text)
    return _file(name, "xlsx", f"{MAIN}.sheet", buffer.getvalue())


def _parts(rows: list[list[str]]) -> dict[str, str]:
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    override = '<Override PartName="{}" ContentType="{}"/>'
    relation = '<Relationship Id="rId1" Type="{}" Target="{}"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + override.format("/xl/workbook.xml", f"{MAIN}.sheet.main+xml")
        + override.format("/xl/worksheets/sheet1.xml", f"{MAIN}.worksheet+xml")
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
        + relation.format(f"{OFFICE}/officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Voltward" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        + relation.format(f"{OFFICE}/worksheet", "worksheets/sheet1.xml")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}">'
        f"<sheetData>{lines}</sheetData></worksheet>",
    }


def _cell(text: str) -> str:
    # XML 1.0 has no place for control characters
    clean = "".join(char for char in text if char >= " " or char in "\t\n")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'


def _file(name: str, ending: str, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="voltward-{name}.{ending}"'
    return response


EXPORTS: dict[str, Callable[[str, Sequence[str], Table], HttpResponse]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
}
