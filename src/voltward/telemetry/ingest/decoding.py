"""Frames of a batch to rows of the store: the decoder's columns and the key of each row."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.columns.columns import Columns
from voltward.columns.reasons import Verdict
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.known_good import KNOWN_GOOD
from voltward.telemetry.ingest.narrow import narrowed
from voltward.telemetry.ingest.streams import stream_number
from voltward.telemetry.ingest.unit_hash import unit_hashes
from voltward.telemetry.ingest.vehicles import VehicleIds
from voltward.telemetry.schema.columns import BY_NAME

DECODE = "voltward.columns.decode:decode"
NS_PER_MS = 1_000_000
_VERDICTS = tuple(verdict.name.lower() for verdict in Verdict)

Decode = Callable[[FrameBatch], Columns]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A run of frames and their ``n`` rows.

    ``frame_numbers`` ``(n,)``: the plan's number of each row's frame. ``vehicle_ids``,
    ``unit_hashes`` ``(n,)``: the key beside the collection time. ``rows``: the table that
    ``writer.insert`` takes, in the same order.
    """

    batch: Batch
    columns: Columns
    frame_numbers: NDArray[np.int64]
    vehicle_ids: NDArray[np.uint64]
    unit_hashes: NDArray[np.uint64]
    rows: pa.Table

    def verdicts(self) -> dict[str, int]:
        """Counts of the frames by verdict (``frames_ok``) and by command (``command_02``)."""
        verdicts = np.bincount(self.columns.verdict, minlength=len(_VERDICTS))
        commands = np.bincount(self.batch.frames.buffer[self.batch.frames.offsets[:-1] + 2])
        counts = Counter(
            {f"frames_{_VERDICTS[i]}": int(verdicts[i]) for i in np.flatnonzero(verdicts)}
        )
        counts.update({f"command_{i:02x}": int(commands[i]) for i in np.flatnonzero(commands)})
        return counts


class Decoder:
    """``name`` is ``module:function`` of the decode function, so that a child can load it too."""

    def __init__(self, vehicle_key: bytes, name: str = DECODE) -> None:
        self.key = vehicle_key
        self.name = name
        self._decode = loaded(name)
        self._vehicles = VehicleIds(vehicle_key)

    def pieces(
        self, batch: Batch, excluded: Sequence[int] = ()
    ) -> tuple[list[Decoded], dict[int, Exception]]:
        """All frames but ``excluded``, in order, and those that fail, with the error of each.

        One piece when all is well; more only when the decoder fails on frames together that it
        takes apart from one another.
        """
        numbers = np.setdiff1d(np.arange(len(batch)), np.asarray(excluded, np.int64))
        try:
            return ([self.whole(batch, numbers)] if numbers.size else []), {}
        except Exception:
            _, bad = narrowed(numbers.size, lambda a, b: self._try(batch, numbers[a:b]))
        good = np.delete(numbers, list(bad))
        found = {int(numbers[i]): error for i, error in bad.items()}
        pieces, worse = narrowed(good.size, lambda a, b: self.whole(batch, good[a:b]))
        found |= {int(good[i]): error for i, error in worse.items()}
        return pieces, found

    def whole(self, batch: Batch, numbers: NDArray[np.int64]) -> Decoded:
        """The frames of the given numbers. Raises whatever the decoder raises."""
        chosen = batch if numbers.size == len(batch) else batch.select(numbers)
        frames = chosen.frames
        columns = self._decode(frames)
        index = columns.header.frame_index.astype(np.int64)
        starts, stops = frames.offsets[:-1][index], frames.offsets[1:][index]
        vehicle_ids = self._vehicles.of(frames.buffer, starts)
        hashes = unit_hashes(frames.buffer, starts, stops)
        rows = _rows(columns, chosen, index, vehicle_ids, hashes)
        return Decoded(chosen, columns, numbers[index], vehicle_ids, hashes, rows)

    def works(self) -> bool:
        """False when it fails on frames that are known to be good."""
        try:
            return len(self._decode(KNOWN_GOOD)) == len(KNOWN_GOOD)
        except Exception:  # whatever it is, a decoder that raises on these is broken
            return False

    def _try(self, batch: Batch, numbers: NDArray[np.int64]) -> None:
        self._decode(batch.frames.select(numbers))


def loaded(name: str) -> Decode:
    """The decode function that ``module:function`` names."""
    module, _, function = name.partition(":")
    decode: Decode = getattr(importlib.import_module(module), function)
    return decode


def _rows(
    columns: Columns,
    batch: Batch,
    index: NDArray[np.int64],
    vehicle_ids: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
) -> pa.Table:
    """The decoder's table with the key and the place of each row, and without the VIN."""
    numbers = np.array([stream_number(stream) for stream in batch.streams], np.uint16)
    table = columns.to_arrow().drop_columns(["vin", "frame_index"])
    if "missing" in BY_NAME:
        table = table.rename_columns({"reasons": "missing"})
    for name, values in (
        ("vehicle_id", vehicle_ids),
        ("unit_hash", hashes),
        ("received_at", batch.received_ns[index] // NS_PER_MS),
        ("frame_position", batch.positions[index]),
        ("stream", numbers[batch.stream_code[index]]),
    ):
        table = table.append_column(name, pa.array(values))
    return table
