"""Reads telemetry CSV in blocks of whole lines; a block that fails is searched line by line."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.base.units import BEIJING
from voltward.simulator.recording.columns_of_csv import TIME, CsvColumns, columns_of_header
from voltward.simulator.recording.rows import BadRow, Rows

BLOCK_BYTES = 4 << 20
TIME_EXPECTED = "a time YYYY-MM-DD HH:MM:SS of the years 2000 to 2099"
_MISSING = ["", "nan", "NaN", "NA", "null", "NULL"]
_BEIJING_S = 8 * 3600
# GB/T 32960.3 carries years 2000 to 2099
_FIRST_S = int(datetime(2000, 1, 1, tzinfo=BEIJING).timestamp())
_LAST_S = int(datetime(2100, 1, 1, tzinfo=BEIJING).timestamp()) - 1


@dataclass(frozen=True)
class CsvFile:
    """A CSV file with its header read."""

    path: Path
    columns: CsvColumns

    def rows(self, skip_bad: bool, bad: list[BadRow]) -> Iterator[Rows]:
        """All rows in blocks; bad ones go to ``bad`` or, without ``skip_bad``, stop the reading.

        Raises:
            BadInput: the first bad row, by line.
        """
        with _opened(self.path) as file:
            file.readline()
            line = 2
            for block in _blocks(file):
                found: list[BadRow] = []
                rows = _parsed(block, line, self.columns, found)
                if found and not skip_bad:
                    raise BadInput(f"{self.path.name}: {found[0]}")
                bad.extend(found)
                line += block.count(b"\n")
                if len(rows):
                    yield rows


def open_csv(path: Path) -> CsvFile:
    """Read the header of ``path`` (plain or .gz).

    Raises:
        BadInput: the header cannot be used.
    """
    with _opened(path) as file:
        try:
            header = file.readline().decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput(
                f"{path.name}: line 1: found bytes that are not UTF-8, expected column names"
            ) from None
    try:
        return CsvFile(path, columns_of_header([name.strip() for name in header.split(",")]))
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from None


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Whole lines, each block ending in a newline."""
    rest = b""
    while piece := file.read(BLOCK_BYTES):
        piece = rest + piece
        end = piece.rfind(b"\n") + 1
        rest = piece[end:]
        if end:
            yield piece[:end]
    if rest:
        yield rest + b"\n"


def _parsed(block: bytes, first_line: int, columns: CsvColumns, bad: list[BadRow]) -> Rows:
    """``block`` as rows; lines that cannot be used are added to ``bad``."""
    # a carriage return that ends no line would make two rows of one line
    if block.count(b"\r") == block.count(b"\r\n"):
        try:
            table = _table(block, columns)
            times = _seconds(table)
            # an empty line is skipped by the parser: then lines and rows no longer agree
            if len(times) == block.count(b"\n") and _in_range(times):
                lines = np.arange(first_line, first_line + len(times), dtype=np.int64)
                return _rows(table, times, lines, columns)
        except pa.ArrowInvalid:
            pass
    kept, numbers = _good_lines(block, first_line, columns, bad)
    table = _table(b"".join(kept), columns) if kept else _no_rows(columns)
    return _rows(table, _seconds(table), np.array(numbers, np.int64), columns)


def _table(block: bytes, columns: CsvColumns) -> pa.Table:
    types: dict[str, pa.DataType] = dict.fromkeys(columns.numbers(), pa.float64())
    types[TIME] = pa.timestamp("us")
    return pyarrow.csv.read_csv(
        BytesIO(block),
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns.names), use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=[TIME, *columns.numbers()],
            null_values=_MISSING,
            timestamp_parsers=[pyarrow.csv.ISO8601],
        ),
    )


def _no_rows(columns: CsvColumns) -> pa.Table:
    fields = [(TIME, pa.timestamp("us")), *((name, pa.float64()) for name in columns.numbers())]
    return pa.schema(fields).empty_table()


def _seconds(table: pa.Table) -> NDArray[np.int64]:
    """Beijing wall time as unix seconds (n,); a fraction is cut off, -1 stands for no time."""
    microseconds = pc.fill_null(table[TIME].cast(pa.int64()), -(10**18)).to_numpy()
    seconds = np.floor_divide(microseconds, 1_000_000) - _BEIJING_S
    return np.where(microseconds < 0, -1, seconds).astype(np.int64)


def _in_range(times: NDArray[np.int64]) -> bool:
    return bool(((times >= _FIRST_S) & (times <= _LAST_S)).all())


def _rows(
    table: pa.Table, times: NDArray[np.int64], lines: NDArray[np.int64], columns: CsvColumns
) -> Rows:
    def matrix(names: tuple[str, ...]) -> NDArray[np.float64]:
        values = np.empty((len(times), len(names)))
        for number, name in enumerate(names):
            values[:, number] = _numbers(table, name)
        return values

    scalars = {ours: _numbers(table, theirs) for ours, theirs in columns.scalars.items()}
    return Rows(lines, times, scalars, matrix(columns.cells), matrix(columns.probes))


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _good_lines(
    block: bytes, first_line: int, columns: CsvColumns, bad: list[BadRow]
) -> tuple[list[bytes], list[int]]:
    kept, numbers = [], []
    for number, line in enumerate(block.split(b"\n")[:-1], start=first_line):
        if not line.strip():
            continue
        problem = _problem(line, number, columns)
        if problem is None:
            kept.append(line + b"\n")
            numbers.append(number)
        else:
            bad.append(problem)
    return kept, numbers


def _problem(line: bytes, number: int, columns: CsvColumns) -> BadRow | None:
    """Why this line cannot be used, or None."""
    text = line.decode("utf-8", "replace").rstrip("\r")
    values = text.split(",")
    if len(values) != len(columns.names) or "\r" in text:
        return BadRow(number, "the line", f"{len(values)} values", f"{len(columns.names)} values")
    try:
        table = _table(line + b"\n", columns)
        if table.num_rows == 1 and _in_range(_seconds(table)):
            return None
    except pa.ArrowInvalid:
        pass
    row = dict(zip(columns.names, values, strict=True))
    if not _is_time(row[TIME]):
        return BadRow(number, TIME, row[TIME], TIME_EXPECTED)
    for name in columns.numbers():
        if row[name] not in _MISSING and not _is_number(row[name]):
            return BadRow(number, name, row[name], "a number or nothing")
    return BadRow(number, "the line", text, "UTF-8 text")


def _is_time(text: str) -> bool:
    try:
        found = pa.array([text]).cast(pa.timestamp("us")).cast(pa.int64())[0].as_py()
    except pa.ArrowInvalid:
        return False
    return bool(_FIRST_S <= found // 1_000_000 - _BEIJING_S <= _LAST_S)


def _is_number(text: str) -> bool:
    try:
        pa.array([text]).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
