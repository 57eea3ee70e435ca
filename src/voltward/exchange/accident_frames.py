"""The frames round the moment of an accident: which seconds have one, and what they say as a table.

GB/T 45688 4.1 d, GB/T 32960.3 5: from 30 s before to 30 s after, a frame at least each second; the part
before is what the vehicle sends as reissue (03). Nothing is filled in: a second without a frame is counted.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from voltward.base.units import BEIJING
from voltward.frames.as_json import frame_to_dict
from voltward.frames.errors import FrameError
from voltward.frames.frame import decode_frame

REISSUE: Final = 0x03
_INDEX: Final = (
    "number", "second", "collected_at", "received_at", "command", "edition", "position", "octets", "sha256",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame as it came in; ``position``: where it lay in the journal, as text."""

    collected_at: datetime
    received_at: datetime
    position: str
    frame: bytes

    @property
    def is_reissue(self) -> bool:
        return self.frame[2] == REISSUE


@dataclass(frozen=True)
class Window:
    """Both ends belong to it: 30 s before to 30 s after are 61 seconds."""

    moment: datetime
    before: timedelta
    after: timedelta

    @property
    def begins_at(self) -> datetime:
        return self.moment - self.before

    @property
    def ends_at(self) -> datetime:
        return self.moment + self.after

    @property
    def offsets(self) -> range:
        """Its seconds, counted from the moment."""
        return range(-int(self.before.total_seconds()), int(self.after.total_seconds()) + 1)

    def offset_of(self, collected_at: datetime) -> int:
        return round((collected_at - self.moment).total_seconds())


def missing_of(window: Window, frames: Sequence[Captured]) -> list[int]:
    """Seconds of the window without any frame, counted from the moment."""
    there = {window.offset_of(one.collected_at) for one in frames}
    return [second for second in window.offsets if second not in there]


def stretches(seconds: Sequence[int]) -> str:
    """Seconds in words: those that follow each other as first and last."""
    found: list[list[int]] = []
    for second in seconds:
        if found and second == found[-1][-1] + 1:
            found[-1] = [found[-1][0], second]
        else:
            found.append([second])
    return ", ".join("…".join(str(second) for second in one) for one in found)


def frames_digest(frames: Sequence[Captured]) -> str:
    """Of what was sent, in any order; the same frame received twice is one."""
    each = sorted({hashlib.sha256(one.frame).digest() for one in frames})
    return hashlib.sha256(b"".join(each)).hexdigest()


def together(before: Sequence[Captured], found: Sequence[Captured]) -> list[Captured]:
    """Each frame once, in order of collection; what is gone meanwhile stays as it was frozen before."""
    by_place = {one.position: one for one in (*found, *before)}
    return sorted(by_place.values(), key=lambda one: (one.collected_at, one.position))


def index_csv(window: Window, frames: Sequence[Captured]) -> bytes:
    """A line for each raw frame, in the order of the files."""
    lines: list[dict[str, Any]] = [
        {
            "number": number,
            "second": window.offset_of(one.collected_at),
            "collected_at": _local(one.collected_at),
            "received_at": one.received_at.astimezone(BEIJING).isoformat(timespec="microseconds"),
            "command": f"{one.frame[2]:02x}",
            "edition": 2025 if one.frame[:2] == b"$$" else 2016,
            "position": one.position,
            "octets": len(one.frame),
            "sha256": hashlib.sha256(one.frame).hexdigest(),
        }
        for number, one in enumerate(frames, 1)
    ]
    return _csv(_INDEX, lines)


def captured_of(index: bytes, raw: Sequence[bytes]) -> list[Captured]:
    """The frames of a file again, by its ``index_csv`` and its raw frames in their order."""
    lines = csv.DictReader(io.StringIO(index.decode("utf-8-sig")))
    return [
        Captured(
            datetime.fromisoformat(line["collected_at"]),
            datetime.fromisoformat(line["received_at"]),
            line["position"],
            frame,
        )
        for line, frame in zip(lines, raw, strict=True)
    ]


def decoded_csv(window: Window, frames: Sequence[Captured]) -> bytes:
    """A line for each frame, a column for each value that any of them has; physical units, lists by blanks.

    What cannot be read is named in the column ``problem``; the raw frame lies beside it all the same.
    """
    lines: list[dict[str, Any]] = []
    for number, one in enumerate(frames, 1):
        line = {
            "number": number, "second": window.offset_of(one.collected_at),
            "collected_at": _local(one.collected_at), "problem": "",
        }  # fmt: skip
        lines.append(line | _said(one.frame))
    columns = dict.fromkeys(("number", "second", "collected_at", "problem"))
    for line in lines:
        columns |= dict.fromkeys(line)
    return _csv(tuple(columns), lines)


def _said(data: bytes) -> dict[str, Any]:
    try:
        frame = decode_frame(data)
    except FrameError as error:
        return {"problem": error.detail}
    body = frame_to_dict(frame)["body"]
    found: dict[str, Any] = {}
    for item in body.pop("items", ()):
        found |= _flat(item["name"], {k: v for k, v in item.items() if k not in ("name", "code")})
    found |= _flat("", {name: value for name, value in body.items() if name != "time"})
    if frame.problems:
        found["problem"] = "; ".join(one.detail for one in frame.problems)
    return found


def _flat(path: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return _joined(path, value.items())
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return _joined(path, ((str(number), one) for number, one in enumerate(value, 1)))
    if isinstance(value, list):
        return {path: " ".join("" if one is None else str(one) for one in value)}
    return {path: value}


def _joined(path: str, parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parts:
        found |= _flat(f"{path}.{name}" if path else name, value)
    return found


def _local(at: datetime) -> str:
    return at.astimezone(BEIJING).isoformat(timespec="seconds")


def _csv(columns: Sequence[str], lines: Sequence[dict[str, Any]]) -> bytes:
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_plain(lines))
    return b"\xef\xbb\xbf" + file.getvalue().encode()  # spreadsheets ask for the mark


def _plain(lines: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {name: "" if value is None else value for name, value in line.items()}
