"""Every kernel of the room, compiled at install time, so that no process waits for it later."""

from voltward.columns import split
from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.columns.join import join_split_cells
from voltward.frames.frame import pack_header
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc

# Cells 1-2 and 3 of a pack of three, with a voltage that is invalid: a reason, and a join.
_TIME = bytes((26, 1, 1, 0, 0, 0))
_PARTS = (
    bytes((8, 1, 1, 0xFF, 0xFF, 0, 0, 0, 3, 0, 1, 2, 14, 0, 14, 0)),
    bytes((8, 1, 1, 0xFF, 0xFF, 0, 0, 0, 3, 0, 3, 1, 14, 0)),
)


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    split.warm()
    columns = decode(FrameBatch.of([_frame(_TIME + part) for part in _PARTS]))
    columns.to_arrow()
    join_split_cells(columns).to_arrow()


def _frame(unit: bytes) -> bytes:
    data = pack_header(Edition.Y2016, 0x02, 0xFE, "WARMING", len(unit)) + unit
    return data + bytes((bcc(data[2:]),))
