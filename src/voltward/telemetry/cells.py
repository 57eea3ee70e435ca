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
    lists_out = pa.ListArray.from_arrays(
        pa.array((offsets - offsets[0]).astype(np.int32)), pa.array(deviations)
    )
    return {
        "cell_median_mv": pa.array(median),
        "cell_deviations_mv": lists_out,
        "cells_missing": pa.array(missing),
    }


def _gathered(
    cells: NDArray[np.uint16], starts: NDArray[np.int64], size: int
) -> NDArray[np.uint16]:
    """Rows of one size as ``(n, size)``; without a copy where they lie side by side."""
    if np.all(np.diff(starts) == size):
        return cells[starts[0] : starts[0] + len(starts) * size].reshape(-1, size)
    return cells[starts[:, None] + np.arange(size)]


def _medians(rows: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Lower median of the measured cells and count of the others, ``(n,)`` each."""
    ordered = np.sort(rows, axis=1)  # the codes of missing cells are the largest numbers
    valid = np.sum(rows < CELL_ABNORMAL_MV, axis=1)
    middle = np.maximum(valid - 1, 0) // 2
    median = np.where(valid > 0, ordered[np.arange(len(rows)), middle], 0).astype(np.uint16)
    return median, (rows.shape[1] - valid).astype(np.uint16)
