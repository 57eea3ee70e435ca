"""Checkpoints: the signed heads of all streams, written outside the database; each failure is told.

No action: a checkpoint changes no record. A folder that was away gets all it missed later.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from django.utils import timezone
from prometheus_client import Counter, Gauge

from voltward.records.actions import write_row
from voltward.records.audit_checkpoints import (
    FIRST,
    StreamHead,
    checkpoint_line,
    heads_of,
    line_hash,
    number_of,
)
from voltward.records.audit_files import add_lines, last_line, lines_after
from voltward.records.audit_keeping import Keeping, keeping
from voltward.records.selectors.audit_chain import stream_heads
from voltward.records.selectors.people import installation

FAILED = Counter(
    "voltward_audit_checkpoint_failures_total", "Checkpoints a folder did not take", ["folder"]
)
LAST = Gauge(
    "voltward_audit_checkpoint_timestamp_seconds", "When a folder last took one", ["folder"]
)
REMIND_S: Final = 3600.0
_log = structlog.get_logger("voltward.audit")
_told: dict[Path, tuple[str, float]] = {}  # what ails a folder, and when it was last told


def audit_checkpoint() -> int:
    """Write a checkpoint when one is due, and what folders lack; gives how many folders took lines."""
    keep = keeping()
    lasts = {folder: line for folder in keep.folders if (line := _last(folder)) is not None}
    lead = max(lasts, key=lambda folder: number_of(lasts[folder]), default=None)
    newest = lasts[lead] if lead is not None else b""
    now = timezone.now()
    fresh = _line(keep, newest, now)
    # looked up before the first write: what is missing must not hold the fresh line already
    lines = {
        folder: [
            *([] if lead is None or last == newest else lines_after(lead, number_of(last))),
            *fresh,
        ]
        for folder, last in lasts.items()
    }
    return sum(_added(folder, now, some) for folder, some in lines.items() if some)


def _line(keep: Keeping, newest: bytes, now: datetime) -> list[bytes]:
    """The checkpoint that is due behind ``newest``, if one is."""
    heads = stream_heads()
    if not heads or (newest and not _is_due(keep, newest, now, heads)):
        return []
    previous = line_hash(newest) if newest else FIRST
    number, at = number_of(newest) + 1, now.isoformat()
    return [checkpoint_line(number, previous, at, heads, keep.algorithm, keep.signer())]


def _is_due(keep: Keeping, newest: bytes, now: datetime, heads: list[StreamHead]) -> bool:
    age_s = (now - datetime.fromisoformat(json.loads(newest)["at"])).total_seconds()
    # an age below zero: the clock was set back; better one checkpoint too many
    if not 0 <= age_s < keep.every_s:
        return True
    before = sum(one.seals for one in heads_of(newest))
    return sum(one.seals for one in heads) - before >= keep.every_rows


def _last(folder: Path) -> bytes | None:
    """The folder's newest line; None: it cannot be read, which was told."""
    try:
        return last_line(folder)
    except OSError as error:
        _tell(folder, error)
        return None


def _added(folder: Path, now: datetime, lines: list[bytes]) -> bool:
    try:
        add_lines(folder, now.strftime("%Y-%m"), lines)
    except OSError as error:
        _tell(folder, error)
        return False
    LAST.labels(str(folder)).set_to_current_time()
    if _told.pop(folder, None):
        _log.info("checkpoints written again", folder=str(folder), lines=len(lines))
        _row(folder, "done", {"checkpoints": len(lines)})
    return True


def _tell(folder: Path, error: OSError) -> None:
    """Count each failure; log and audit a new one at once and a lasting one hourly."""
    FAILED.labels(str(folder)).inc()
    text, now_s = error.strerror or str(error), time.monotonic()
    told, at_s = _told.get(folder, ("", 0.0))
    if text == told and now_s - at_s < REMIND_S:
        return
    _told[folder] = (text, now_s)
    _log.error("checkpoint not written", folder=str(folder), error=text)
    _row(folder, "failed", {"error": text})


def _row(folder: Path, result: str, after: dict[str, object]) -> None:
    write_row(
        installation(), "audit.checkpoint", subject=str(folder)[-120:], result=result, after=after
    )
