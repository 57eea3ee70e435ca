"""Many frames as one buffer: what goes into the kernels instead of a list of bytes objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from voltward.columns.kernel import making_kernel

Bytes = NDArray[np.uint8]
Indices = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound="np.generic[Any]")


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """``m`` whole frames, one behind the other.

    ``buffer``: uint8 ``(b,)``. ``offsets``: int64 ``(m + 1,)``, rising; frame ``i`` is
    ``buffer[offsets[i]:offsets[i + 1]]``.
    """

    buffer: Bytes
    offsets: Indices

    def __post_init__(self) -> None:
        """Refuse offsets that leave the buffer, so that no kernel ever reads past it.

        Raises:
            ValueError: wrong types, or offsets that fall, are negative or end behind the buffer.
        """
        if self.buffer.dtype != np.uint8 or self.buffer.ndim != 1:
            raise ValueError("buffer: expected one row of uint8")
        if not (self.buffer.flags.c_contiguous and self.offsets.flags.c_contiguous):
            raise ValueError("buffer and offsets: expected memory without gaps")
        if self.offsets.dtype != np.int64 or self.offsets.ndim != 1 or self.offsets.size == 0:
            raise ValueError("offsets: expected one row of int64 with at least one entry")
        inside = self.offsets[0] >= 0 and self.offsets[-1] <= self.buffer.size
        if not inside or bool((self.offsets[1:] < self.offsets[:-1]).any()):
            raise ValueError("offsets: expected rising positions inside the buffer")

    @classmethod
    def of(cls, frames: Sequence[bytes]) -> FrameBatch:
        """A batch of frames held as bytes objects."""
        offsets = np.zeros(len(frames) + 1, np.int64)
        np.cumsum([len(frame) for frame in frames], out=offsets[1:])
        return cls(np.frombuffer(b"".join(frames), np.uint8), offsets)

    @classmethod
    def gather(cls, buffer: Bytes, starts: Indices, stops: Indices) -> FrameBatch:
        """A batch of the spans ``buffer[starts[i]:stops[i]]``, copied together without gaps.

        Raises:
            ValueError: a span leaves the buffer or ends before it starts.
        """
        bad = (starts < 0) | (stops < starts) | (stops > buffer.size)
        if starts.shape != stops.shape or bool(bad.any()):
            raise ValueError("spans: expected start <= stop inside the buffer")
        offsets = np.zeros(starts.size + 1, np.int64)
        np.cumsum(stops - starts, out=offsets[1:])
        return cls(copy_spans(read_only(buffer), np.ascontiguousarray(starts), offsets), offsets)

    def __len__(self) -> int:
        return self.offsets.size - 1

    def __getitem__(self, index: int) -> bytes:
        """Frame ``index`` as bytes."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.buffer[self.offsets[index] : self.offsets[index + 1]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return (self[index] for index in range(len(self)))

    def select(self, indices: NDArray[np.integer]) -> FrameBatch:
        """The frames of the given indices, in their order, as a batch of their own."""
        return FrameBatch.gather(self.buffer, self.offsets[indices], self.offsets[1:][indices])


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The same memory, not to be written to. Kernels are compiled for this kind of input alone."""
    view = array.view()
    view.flags.writeable = False
    return view


@making_kernel()
def copy_spans(buffer, starts, offsets):  # type: ignore[no-untyped-def]
    """Bytes of spans that start at ``starts[i]`` and are ``offsets[i + 1] - offsets[i]`` long."""
    out = np.empty(offsets[-1], np.uint8)
    for i in range(starts.size):
        size = offsets[i + 1] - offsets[i]
        out[offsets[i] : offsets[i + 1]] = buffer[starts[i] : starts[i] + size]
    return out
