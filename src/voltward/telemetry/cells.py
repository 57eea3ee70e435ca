"""Cell voltages as the store keeps them: each row's median and every cell's distance from it."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV


def cell_columns(lists: pa.ChunkedArray) -> dict[str, pa.Array]:
    """The columns of ``schema.columns.CELLS`` for lists of uint16 millivolts, row by row.

    A row without a measured cell has the median 0.
    """
    whole = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    offsets = np.asarray(whole.offsets.to_numpy()).astype(np.int64)
    cells = np.asarray(whole.values.to_numpy(zero_copy_only=False)).astype(np.uint16, copy=False)
    sizes = np.diff(offsets)
    median = np.zeros(len(sizes), np.uint16)
    missing = np.zeros(len(sizes), np.uint16)
    for size in np.unique(sizes[sizes > 0]).tolist():
        rows = np.flatnonzero(sizes == size)
        median[rows], missing[rows] = _medians(_gathered(cells, offsets[rows], size))
    used = cells[offsets[0] : offsets[-1]]
    deviations = (used - np.repeat(median, sizes)).view(np.int16)  # modulo 65536, as documented
    near = _fits(deviations, offsets - offsets[0], sizes)
    return {
        "cell_median_mv": pa.array(median),
        "cell_near_mv": _lists(deviations, sizes, near, np.dtype(np.int8)),
        "cell_far_mv": _lists(deviations, sizes, ~near, np.dtype(np.int16)),
        "cells_missing": pa.array(missing),
    }


def _fits(
    deviations: NDArray[np.int16], offsets: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether all of a row's deviations fit into a signed byte, ``(n,)``."""
    wide = np.flatnonzero(deviations != deviations.astype(np.int8))
    fits = np.ones(len(sizes), np.bool_)
    fits[np.searchsorted(offsets, wide, side="right") - 1] = False
    return fits


def _lists(
    deviations: NDArray[np.int16],
    sizes: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    dtype: np.dtype[np.int8] | np.dtype[np.int16],
) -> pa.Array:
    """The deviations of the chosen rows; the lists of the others are empty."""
    kept = np.where(chosen, sizes, 0)
    values = deviations if chosen.all() else deviations[np.repeat(chosen, sizes)]
    offsets = np.concatenate((np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)))
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.astype(dtype)))


def _gathered(
    cells: NDArray[np.uint16], starts: NDArray[np.int64], size: int
) -> NDArray[np.uint16]:
    """Rows of one size as ``(n, size)``; without a copy where they lie side by side."""
    if np.all(np.diff(starts) == size):
        return cells[starts[0] : starts[0] + len(starts) * size].reshape(-1, size)
    gathered: NDArray[np.uint16] = cells[starts[:, None] + np.arange(size)]
    return gathered


def _medians(rows: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Lower median of the measured cells and count of the others, ``(n,)`` each."""
    ordered = np.sort(rows, axis=1)  # the codes of missing cells are the largest numbers
    valid = np.sum(rows < CELL_ABNORMAL_MV, axis=1)
    middle = np.maximum(valid - 1, 0) // 2
    median = np.where(valid > 0, ordered[np.arange(len(rows)), middle], 0).astype(np.uint16)
    return median, (rows.shape[1] - valid).astype(np.uint16)
