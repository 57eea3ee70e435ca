"""What a telemetry file holds, whatever its form: rows of scalars, cells and probes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# The platform's names of what a recording may carry; units are in the names. ``charging`` and
# ``alarm_level`` are the standard's codes. Temperatures of the extremes are true degrees.
SCALARS = (
    "charging",
    "speed_kmh",
    "total_voltage_v",
    "total_current_a",
    "soc_pct",
    "odometer_km",
    "insulation_kohm",
    "alarm_level",
    "highest_voltage_v",
    "lowest_voltage_v",
    "highest_temp_c",
    "lowest_temp_c",
)


@dataclass(frozen=True)
class Rows:
    """Rows in the order of the file.

    ``line`` (n,): line of the file, the first line being 1 (Parquet: row, the first being 1).
    ``collected_at`` (n,): unix seconds, UTC.
    ``scalars``: name of ``SCALARS`` -> (n,); NaN is a value missing in its row, a missing name
    a column that the file does not have.
    ``cells_v`` (n, cells) volts. ``probes`` (n, probes) as in the file, offset not removed.
    """

    line: NDArray[np.int64]
    collected_at: NDArray[np.int64]
    scalars: Mapping[str, NDArray[np.float64]]
    cells_v: NDArray[np.float64]
    probes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.collected_at)

    def take(self, which: slice | NDArray[np.bool_] | NDArray[np.int64]) -> "Rows":
        """The rows of ``which``, in its order."""
        return Rows(
            self.line[which],
            self.collected_at[which],
            {name: values[which] for name, values in self.scalars.items()},
            self.cells_v[which],
            self.probes[which],
        )

    @staticmethod
    def joined(parts: list["Rows"]) -> "Rows":
        """``parts`` one behind the other; all of one file, at least one."""
        names = parts[0].scalars
        return Rows(
            np.concatenate([part.line for part in parts]),
            np.concatenate([part.collected_at for part in parts]),
            {name: np.concatenate([part.scalars[name] for part in parts]) for name in names},
            np.concatenate([part.cells_v for part in parts]),
            np.concatenate([part.probes for part in parts]),
        )


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used: where, what was found, what was expected."""

    line: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: found {self.found!r}, expected {self.expected}"


@dataclass(frozen=True)
class Recording:
    """A telemetry file, opened: its columns are known, its rows are read when asked for.

    ``probe_offset`` is what the file's probe values carry on top of degrees (0 or 40) and
    ``probe_offset_because`` says how that was found. ``unused`` names columns that are not read.
    ``bad_rows`` fills while ``batches()`` runs, when bad rows are to be skipped.
    """

    path: Path
    cells: int
    probes: int
    fields: tuple[str, ...]
    unused: tuple[str, ...]
    probe_offset: int
    probe_offset_because: str
    read: Callable[[list[BadRow]], Iterator[Rows]]
    bad_rows: list[BadRow] = field(default_factory=list)

    def batches(self) -> Iterator[Rows]:
        """All rows, block by block, from the start of the file.

        Raises:
            BadInput: a row cannot be used and bad rows are not to be skipped; the text names
                the line.
        """
        self.bad_rows.clear()
        return self.read(self.bad_rows)

    def rows(self) -> Rows:
        """All rows at once."""
        parts = list(self.batches())
        return Rows.joined(parts) if parts else empty_rows(self)

    def of_rows(self, rows: Rows) -> "Recording":
        """A recording of this one's kind that holds just ``rows``."""
        return replace(self, read=lambda _bad: iter((rows,) if len(rows) else ()), bad_rows=[])


def empty_rows(recording: Recording) -> Rows:
    """No rows, in the shape of ``recording``."""
    return Rows(
        np.empty(0, np.int64),
        np.empty(0, np.int64),
        {name: np.empty(0) for name in recording.fields},
        np.empty((0, recording.cells)),
        np.empty((0, recording.probes)),
    )
