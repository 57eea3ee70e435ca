"""Array types that the journal passes round."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
# numpy's types cannot say "not written to"; the second name does.
ReadOnlyBytes: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.int64]
Unsigned: TypeAlias = npt.NDArray[np.uint64]
Links: TypeAlias = npt.NDArray[np.uint32]
