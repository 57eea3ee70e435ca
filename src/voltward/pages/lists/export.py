"""Lists as files: written row by row in constant memory, then streamed from the disk.

The rows come from a server-side cursor. A file is whole, counted and in the audit trail before its
first octet leaves, so what broke half-way is an error page and never half a table.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from xlsxwriter import Workbook

from voltward.base.errors import Refused
from voltward.pages.export import XLSX, harmless, printable
from voltward.pages.lists.asking import Asked
from voltward.pages.lists.cells import values_of
from voltward.pages.lists.declaration import ListColumn

BATCH = 1000
BLOCK = 64 * 1024
ENDLESS = 1 << 62
SHEET_ROWS = 1_048_575  # of an Excel sheet, without its head
Rows = Iterator[Sequence[Any]]


class TooManyRows(Refused):
    """More rows than this export may carry."""

    code = "too_many_rows"


def write(
    file: IO[bytes], format: str, asked: Asked, *, limit: int | None, personal: bool = False
) -> int:
    """Write the filtered rows in the chosen columns; how many there were.

    ``personal``: with personal data in the clear; who may ask so is the caller's business.

    Raises:
        TooManyRows: more than ``limit``, or than a sheet holds.
    """
    most = limit if limit is not None else ENDLESS
    most = min(most, SHEET_ROWS) if format == "xlsx" else most
    head = [str(column.title) for column in asked.columns]
    return WRITERS[format](file, head, _rows(asked, personal), most)


def _rows(asked: Asked, personal: bool) -> Rows:
    ordered = asked.rows.order_by(*asked.order.fields())
    records = ordered.iterator(chunk_size=BATCH)
    while batch := list(islice(records, BATCH)):
        asked.declaration.ready(asked.actor, batch)
        yield from values_of(asked.actor, asked.columns, batch, personal=personal)


def _capped(rows: Rows, most: int) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, row in enumerate(rows, 1):
        if number > most:
            raise TooManyRows(f"export: more than {most} rows")
        yield number, row


def write_csv(file: IO[bytes], head: Sequence[str], rows: Rows, most: int) -> int:
    """UTF-8 with a byte-order mark, which Excel needs to read Chinese; no cell runs as a formula."""
    text = io.TextIOWrapper(
        file, encoding="utf-8", errors="replace", newline="", write_through=True
    )
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(head)
    last = 0
    for number, row in _capped(rows, most):
        writer.writerow([_plain(value) for value in row])
        last = number
    text.flush()
    text.detach()
    return last


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return harmless(value) if isinstance(value, str) else str(value)


def write_xlsx(file: IO[bytes], head: Sequence[str], rows: Rows, most: int) -> int:
    """One sheet; text stays text, numbers and instants keep their kind. Row by row to the disk."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    count = 0
    book = Workbook(file, {"constant_memory": True, "nan_inf_to_errors": True, **plain})
    sheet = book.add_worksheet("Voltward")
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(head) - 1, 0), 20)
    sheet.write_row(0, 0, [printable(title) for title in head], book.add_format({"bold": True}))
    try:
        for count, row in _capped(rows, most):
            for place, value in enumerate(row):
                _put(sheet, count, place, value, instant)
    finally:
        book.close()
    return count


def _put(sheet: Any, row: int, place: int, value: Any, instant: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None)
        sheet.write_datetime(row, place, local, instant)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, printable(str(value))[:32_767])


WRITERS: dict[str, Callable[[IO[bytes], Sequence[str], Rows, int], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
}
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


def passing_file() -> IO[bytes]:
    """A file without a name that is gone when it is closed."""
    return tempfile.TemporaryFile()


def streamed(
    request: HttpRequest, file: IO[bytes], *, name: str, format: str
) -> StreamingHttpResponse:
    """The file from its beginning, block by block; closed with the response."""
    file.seek(0)
    blocks = _blocks(file)
    served_async = isinstance(request, ASGIRequest)
    response = StreamingHttpResponse(
        _waited(blocks) if served_async else blocks, content_type=TYPES[format]
    )
    response["Content-Disposition"] = f'attachment; filename="voltward-{name}.{format}"'
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


async def _waited(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The server would read a plain iterator to its end before it sends anything."""
    step = sync_to_async(lambda: next(blocks, None))
    while (block := await step()) is not None:
        yield block


def has_personal(columns: Sequence[Any], grants: frozenset[str]) -> bool:
    """Whether some column is masked whose bearer the grants would show in the clear."""
    return any(
        isinstance(one, ListColumn) and one.masked_by and one.masked_by in grants for one in columns
    )
