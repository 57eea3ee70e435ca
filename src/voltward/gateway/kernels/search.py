"""Search in the sorted table of VINs."""

import numba as nb


@nb.njit(cache=True, nogil=True)
def find_vin(vins, vin):  # type: ignore[no-untyped-def]
    """Row of ``vin``, uint8 ``(17,)``, in ``vins``, uint8 ``(n, 17)`` in rising order; or -1."""
    low, high = 0, vins.shape[0]
    while low < high:
        middle = (low + high) // 2
        order = 0
        for i in range(17):
            if vins[middle, i] != vin[i]:
                order = -1 if vins[middle, i] < vin[i] else 1
                break
        if order == 0:
            return middle
        if order < 0:
            low = middle + 1
        else:
            high = middle
    return -1
