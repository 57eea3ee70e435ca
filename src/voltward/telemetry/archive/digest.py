"""A fingerprint of the records of a segment, the same however they are cut into batches."""

import hashlib

import numpy as np

from voltward.journal.reader import Records


class Digest:
    """SHA-256 over every part of every record: place, kind, link, receive time, length, payload."""

    def __init__(self) -> None:
        self.records = 0
        self._columns = [hashlib.sha256() for _ in range(6)]

    def add(self, records: Records) -> None:
        """The next records, in the order of their positions."""
        self.records += len(records)
        parts = (
            records.positions.astype("<u8"),
            records.kinds,
            records.links.astype("<u4"),
            records.received_ns.astype("<i8"),
            np.diff(records.offsets).astype("<i8"),
            records.buffer[int(records.offsets[0]) : int(records.offsets[-1])],
        )
        for column, part in zip(self._columns, parts, strict=True):
            column.update(np.ascontiguousarray(part).data)

    def text(self) -> str:
        """64 hex digits."""
        whole = b"".join(column.digest() for column in self._columns)
        return hashlib.sha256(whole).hexdigest()
