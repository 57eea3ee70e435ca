"""The Parquet form of a telemetry file (docs/replay.md): our names, values unchanged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.simulator.recording.rows import SCALARS, Recording, Rows

VERSION = "1"
VERSION_KEY = b"voltward.recording"
OFFSET_KEY = b"voltward.probe_offset"
BLOCK_ROWS = 8192
_LISTS = ("cells_v", "probes")


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet recording with its schema read."""

    path: Path
    fields: tuple[str, ...]
    cells: int
    probes: int
    probe_offset: int
    unused: tuple[str, ...]

    def rows(self) -> Iterator[Rows]:
        """All rows in blocks.

        Raises:
            BadInput: a row without time or with another number of cells or probes; by row.
        """
        done = 0
        with pq.ParquetFile(self.path) as file:
            columns = ["collected_at", *self.fields, *_LISTS]
            for batch in file.iter_batches(BLOCK_ROWS, columns=columns):
                yield self._rows(batch, done)
                done += batch.num_rows

    def _rows(self, batch: pa.RecordBatch, done: int) -> Rows:
        if batch["collected_at"].null_count:
            row = done + 1 + int(np.flatnonzero(batch["collected_at"].is_null())[0])
            raise BadInput(
                f"{self.path.name}: row {row}, collected_at: found nothing, expected a time"
            )
        return Rows(
            np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64),
            pc.floor_temporal(batch["collected_at"], unit="second")
            .cast(pa.timestamp("s", "UTC"), safe=False)
            .cast(pa.int64())
            .to_numpy(),
            {name: _numbers(batch[name]) for name in self.fields},
            self._matrix(batch["cells_v"], "cells_v", self.cells, done),
            self._matrix(batch["probes"], "probes", self.probes, done),
        )

    def _matrix(self, lists: pa.Array, name: str, width: int, done: int) -> NDArray[np.float64]:
        lengths = lists.value_lengths().fill_null(-1).to_numpy(zero_copy_only=False)
        if wrong := np.flatnonzero(lengths != width).tolist():
            raise BadInput(
                f"{self.path.name}: row {done + 1 + wrong[0]}, {name}: "
                f"found {max(lengths[wrong[0]], 0)} values, expected {width}"
            )
        return _numbers(lists.flatten()).reshape(len(lists), width)


def _numbers(values: pa.Array) -> NDArray[np.float64]:
    return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def open_parquet(path: Path) -> ParquetFile:
    """Read the schema of ``path``.

    Raises:
        BadInput: it is not a recording; the text says what is missing.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            first = next(file.iter_batches(1, columns=list(_LISTS)), None)
    except (pa.ArrowInvalid, KeyError) as error:
        raise BadInput(f"{path.name}: found no Parquet recording, expected one: {error}") from None
    metadata = schema.metadata or {}
    version = metadata.get(VERSION_KEY, b"none").decode("ascii", "replace")
    if version != VERSION:
        raise BadInput(f"{path.name}: found recording version {version}, expected {VERSION}")
    missing = [name for name in ("collected_at", *_LISTS) if name not in schema.names]
    if missing:
        raise BadInput(f"{path.name}: found no column {missing[0]!r}, expected one")
    kind = schema.field("collected_at").type
    if not pa.types.is_timestamp(kind) or kind.tz != "UTC":
        raise BadInput(f"{path.name}: collected_at: found {kind}, expected timestamp[ms, UTC]")
    if first is None or not len(first["cells_v"][0]):
        raise BadInput(f"{path.name}: found no cell voltages, expected at least one row with cells")
    known = {"collected_at", *SCALARS, *_LISTS}
    return ParquetFile(
        path,
        tuple(name for name in SCALARS if name in schema.names),
        cells=len(first["cells_v"][0]),
        probes=len(first["probes"][0]),
        probe_offset=int(metadata.get(OFFSET_KEY, b"0")),
        unused=tuple(name for name in schema.names if name not in known),
    )


def write_parquet(recording: Recording, path: Path, notes: Mapping[str, str]) -> int:
    """Write ``recording`` in the Parquet form; nothing of what was read is lost.

    ``notes`` (licence, source) are kept in the file's metadata. Returns the number of rows.
    """
    return write_rows(recording.rows(), recording.probe_offset, path, notes)


def write_rows(rows: Rows, probe_offset: int, path: Path, notes: Mapping[str, str]) -> int:
    """Write ``rows`` in the Parquet form; see ``write_parquet``."""
    columns: dict[str, pa.Array] = {
        "collected_at": pa.array(rows.collected_at * 1000).cast(pa.timestamp("ms", "UTC"))
    }
    for name, values in rows.scalars.items():
        columns[name] = pa.array(values, from_pandas=True)
    columns["cells_v"] = _lists(rows.cells_v)
    columns["probes"] = _lists(rows.probes)
    metadata = {VERSION_KEY: VERSION.encode(), OFFSET_KEY: str(probe_offset).encode()}
    metadata |= {key.encode(): text.encode() for key, text in notes.items()}
    table = pa.table(columns).replace_schema_metadata(metadata)
    pq.write_table(table, path, compression="zstd", compression_level=19, row_group_size=1 << 20)
    return len(rows)


def _lists(values: NDArray[np.float64]) -> pa.ListArray:
    count, width = values.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.ListArray.from_arrays(offsets, pa.array(values.ravel(), from_pandas=True))
