"""How the kernels of this room are compiled."""

from functools import partial

import numba as nb

# numpy's rules for division: no test for zero, so loops become vector code. The kernels own no
# memory, so references need not be counted: counting costs ten times the work it guards.
kernel = partial(nb.njit, cache=True, nogil=True, error_model="numpy", _nrt=False)

# Kernels that make arrays.
making_kernel = partial(nb.njit, cache=True, nogil=True, error_model="numpy")
