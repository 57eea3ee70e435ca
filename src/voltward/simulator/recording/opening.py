"""Opens a telemetry file of either form and finds out what its probe values carry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from voltward.base.errors import BadInput
from voltward.simulator.recording.csv_file import open_csv
from voltward.simulator.recording.parquet_file import open_parquet
from voltward.simulator.recording.rows import BadRow, Recording, Rows

ProbeOffset = Literal["auto", 0, 40]
# GB/T 32960.3: a probe's byte is its temperature + 40, valid to 250; 254 and 255 are codes.
_HIGHEST_BYTE = 250
_LOOK_AT_ROWS = 2000


def open_recording(
    path: Path, *, probe_offset: ProbeOffset = "auto", skip_bad_rows: bool = False
) -> Recording:
    """Open ``path`` (.csv, .csv.gz or .parquet; docs/replay.md).

    ``probe_offset``: what probe values carry on top of degrees; "auto" asks the data.

    Raises:
        BadInput: the file cannot be used, or "auto" cannot tell; rows raise when they are read.
    """
    if not path.is_file():
        raise BadInput(
            f"{path}: found no file, expected a telemetry file (.csv, .csv.gz, .parquet)"
        )
    if path.suffix == ".parquet":
        return _from_parquet(path, probe_offset)
    if path.name.endswith((".csv", ".csv.gz")):
        return _from_csv(path, probe_offset, skip_bad_rows)
    raise BadInput(
        f"{path.name}: found {path.suffix or 'no ending'}, expected .csv, .csv.gz or .parquet"
    )


def _from_parquet(path: Path, probe_offset: ProbeOffset) -> Recording:
    file = open_parquet(path)
    offset, because = (
        (file.probe_offset, "the file says so")
        if probe_offset == "auto"
        else (probe_offset, "as asked for")
    )
    return Recording(
        path=path,
        cells=file.cells,
        probes=file.probes,
        fields=file.fields,
        unused=file.unused,
        probe_offset=offset,
        probe_offset_because=because,
        read=lambda _bad: file.rows(),
    )


def _from_csv(path: Path, probe_offset: ProbeOffset, skip_bad_rows: bool) -> Recording:
    file = open_csv(path)

    def read(bad: list[BadRow]) -> Iterator[Rows]:
        return file.rows(skip_bad_rows, bad)

    if probe_offset == "auto":
        first = next(file.rows(True, []), None)
        offset, because = (0, "no rows") if first is None else offset_of_probes(first)
    else:
        offset, because = probe_offset, "as asked for"
    return Recording(
        path=path,
        cells=len(file.columns.cells),
        probes=len(file.columns.probes),
        fields=tuple(file.columns.scalars),
        unused=file.columns.unused,
        probe_offset=offset,
        probe_offset_because=because,
        read=read,
    )


def offset_of_probes(rows: Rows) -> tuple[int, str]:
    """0 or 40, and why: the warmest probe against the highest temperature the row states.

    Raises:
        BadInput: neither fits; the text says which option decides.
    """
    first = rows.take(slice(0, _LOOK_AT_ROWS))
    usable = (first.probes >= 0) & (first.probes <= _HIGHEST_BYTE)
    warmest = np.where(usable, first.probes, -np.inf).max(axis=1, initial=-np.inf)
    stated = first.scalars.get("highest_temp_c", np.full(len(first), np.nan))
    both = np.isfinite(warmest) & np.isfinite(stated)
    if not np.isfinite(warmest).any():
        return 0, "no usable probe value"
    if both.any():
        difference = float(np.median(warmest[both] - stated[both]))
        for offset in (0, 40):
            if abs(difference - offset) <= 5:
                return offset, f"probes stand {difference:g} above the stated highest temperature"
        found = f"probes {difference:g} above the stated highest temperature"
    else:
        found = "no stated highest temperature to compare probes with"
    raise BadInput(f"found {found}, expected 0 or 40: decide with --probe-offset 0 or 40")
