"""The committed word: how far readers in other processes may read.

One small file per stream holds the number of the position up to which every record is on disk.
It is written after the sync, never synced itself while running: any older value of it is also
true, so whatever a crash leaves of it promises too little, never too much. The number stands
twice; where the two differ (a reader met a writer, or a crash tore them) the smaller counts.
"""

import struct

import numpy as np

from voltward.journal.files import Files
from voltward.journal.position import Position

MARKER_NAME = "committed"
_WORDS = struct.Struct("<QQ")
_MASK = 0x5EA1_ED0C_0FFE_E123  # so that a file of zeros is no promise
_TRIES = 100


class CommittedWord:
    """The writer's side."""

    def __init__(self, files: Files, folder: str) -> None:
        """Opens the word, made durably when absent."""
        self._files = files
        path = f"{folder}/{MARKER_NAME}"
        try:
            self._handle = files.open(path, write=True)
        except FileNotFoundError:
            self._handle = files.open(path, create=True)
            try:
                self.write(0)
                self.sync()
                files.sync_folder(folder)
            except OSError:
                files.close(self._handle)
                raise

    def write(self, number: int) -> None:
        data = np.frombuffer(_WORDS.pack(number, number ^ _MASK), np.uint8)
        self._files.write_at(self._handle, 0, data)

    def sync(self) -> None:
        self._files.sync(self._handle)

    def close(self) -> None:
        self._files.close(self._handle)


def read_word(files: Files, folder: str, stream: str) -> Position | None:
    """The position up to which records are durable; None: nothing is known."""
    try:
        handle = files.open(f"{folder}/{MARKER_NAME}")
    except FileNotFoundError:
        return None
    try:
        for _ in range(_TRIES):
            data = files.read_at(handle, 0, _WORDS.size)
            if data.size < _WORDS.size:
                return None
            first, masked = _WORDS.unpack(data.tobytes())
            if first == masked ^ _MASK:
                break
        number = min(first, masked ^ _MASK)
    finally:
        files.close(handle)
    return Position.of_number(stream, number) if number else None
