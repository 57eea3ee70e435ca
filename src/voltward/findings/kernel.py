"""How the kernels of this room are compiled: as those of ``columns/``."""

from functools import partial

import numba as nb

kernel = partial(nb.njit, cache=True, nogil=True, error_model="numpy")
