"""Where one link is: its place in the journal, what lies open before it, and the day's logins."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from voltward.base.durable import replace_durably
from voltward.base.errors import BadInput
from voltward.journal.position import Position
from voltward.uplink.due import DUE, Rows, no_rows
from voltward.uplink.messages import MOST_LOGINS, beijing

VERSION: Final = 1
CHECKPOINT_FILE: Final = "checkpoint.json"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """``positions``: read so far. Each owed frame before them has its outcome on the proof stream,
    lies in a due file, or is in ``open`` (queued or in flight). ``sending``: the minute whose file
    may still name frames that have their outcome, -1 none; it stands behind ``proof``, as do those
    of frames behind ``positions``. ``totals``: counts.
    """

    positions: Mapping[str, Position] = field(default_factory=dict)
    proof: Position | None = None
    open: Rows = field(default_factory=no_rows)
    sending: int = -1
    totals: Mapping[str, int] = field(default_factory=dict)


def save(path: Path, checkpoint: Checkpoint) -> None:
    _write(
        path,
        {
            "version": VERSION,
            "positions": [str(one) for one in checkpoint.positions.values()],
            "proof": str(checkpoint.proof) if checkpoint.proof else "",
            "open": checkpoint.open.tobytes().hex(),
            "sending": checkpoint.sending,
            "totals": dict(checkpoint.totals),
        },
    )


def load(path: Path) -> Checkpoint | None:
    """None: the link is new.

    Raises:
        BadInput: damaged, or of another version.
    """
    found = _read(path)
    if found is None:
        return None
    try:
        if found["version"] != VERSION:
            raise BadInput(f"{path}: version {found['version']}, expected {VERSION}")
        positions = [Position.parse(one) for one in found["positions"]]
        return Checkpoint(
            {one.stream: one for one in positions},
            Position.parse(found["proof"]) if found["proof"] else None,
            np.frombuffer(bytes.fromhex(found["open"]), DUE),
            int(found["sending"]),
            {str(name): int(count) for name, count in found["totals"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{path}: {type(error).__name__}: {error}") from error


def reached(folder: Path, stream: str) -> Position | None:
    """How far a link has read a stream; None: not at all, or its checkpoint cannot be read.

    ``folder``: of the link alone. What is due of segments that have expired comes from the archive.
    """
    try:
        found = load(folder / CHECKPOINT_FILE)
    except (BadInput, OSError):
        return None
    return None if found is None else found.positions.get(stream)


class Logins:
    """Sequence numbers of platform logins: from 1 each day in Beijing, never given twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def next(self, now_ns: int) -> int:
        """On disk before it is used.

        Raises:
            OSError: it is not.
        """
        day = beijing(now_ns).date().isoformat()
        try:
            found = _read(self._path) or {}
        except BadInput:
            found = {}
        last = int(found.get("last", 0)) if found.get("day") == day else 0
        sequence = last % MOST_LOGINS + 1
        _write(self._path, {"day": day, "last": sequence})
        return sequence


def _write(path: Path, body: Mapping[str, Any]) -> None:
    text = json.dumps(body, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, b"%08x\n" % zlib.crc32(text) + text)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        check, _, text = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if check != b"%08x" % zlib.crc32(text):
        raise BadInput(f"{path}: checksum does not fit")
    found: dict[str, Any] = json.loads(text)
    return found
