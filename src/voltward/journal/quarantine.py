"""Damaged bytes put aside, with the reason, so that nobody loses or overwrites them.

``STREAM/quarantine/SEGMENT-START-STOP.bin`` holds the bytes, the ``.json`` beside it says why. The
name is the place in the stream: putting the same damage aside again changes nothing.
"""

import json
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from voltward.journal.files import Files
from voltward.journal.position import SEGMENT_DIGITS
from voltward.journal.segments import WINDOW_BYTES, Segment

FOLDER_NAME = "quarantine"


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a segment that is no record. ``reason``: ``damaged``, ``torn_tail``, ..."""

    stream: str
    segment: int
    start: int
    stop: int
    reason: str

    @property
    def name(self) -> str:
        return f"{self.segment:0{SEGMENT_DIGITS}}-{self.start}-{self.stop}"


def put_aside(files: Files, folder: str, segment: Segment, damage: Damage) -> None:
    """Copy the stretch into the stream's quarantine, durably; the segment stays as it is."""
    quarantine = f"{folder}/{FOLDER_NAME}"
    if f"{damage.name}.json" in files.names(quarantine):
        return
    files.make_folder(quarantine)
    files.sync_folder(folder)
    with _fresh(files, f"{quarantine}/{damage.name}.bin") as copy:
        for start in range(damage.start, damage.stop, WINDOW_BYTES):
            data = segment.read(start, min(start + WINDOW_BYTES, damage.stop))
            files.write_at(copy.handle, start - damage.start, data)
    # The reason is written last: its presence says that the bytes are complete.
    note = json.dumps(
        {
            "stream": damage.stream,
            "segment": damage.segment,
            "start": damage.start,
            "stop": damage.stop,
            "reason": damage.reason,
        }
    )
    partial = f"{quarantine}/{damage.name}.partial"
    with _fresh(files, partial) as copy:
        files.write_at(copy.handle, 0, np.frombuffer(note.encode(), np.uint8))
    files.rename(partial, f"{quarantine}/{damage.name}.json")
    files.sync_folder(quarantine)


class _fresh:  # noqa: N801 - a context, read like a word
    """A new file in place of whatever an interrupted run left; synced on leaving."""

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        with suppress(FileNotFoundError):
            files.remove(path)
        self.handle = files.open(path, create=True)

    def __enter__(self) -> "_fresh":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        try:
            if kind is None:
                self._files.sync(self.handle)
        finally:
            self._files.close(self.handle)
