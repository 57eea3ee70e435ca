"""Frames for the tests of re-encoding: the vectors, and ones made of plain values."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from voltward.base.units import BEIJING
from voltward.frames.as_json import body_to_dict
from voltward.frames.frame import decode_frame, realtime
from voltward.frames.grammar import Edition

VIN = "LTESTVEH0GB329601"
WHEN = datetime(2026, 3, 15, 8, 30, 5, tzinfo=BEIJING)
VECTORS = Path(__file__).parent.parent / "vectors" / "gbt32960.jsonl"
OTHER = {Edition.Y2016: Edition.Y2025, Edition.Y2025: Edition.Y2016}


def vectors() -> dict[str, bytes]:
    """Frames 01 to 04 by what they are, damaged ones too; those of one TCP stream are not here."""
    rows = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    return {
        f"{row['edition']} {row['why']}": bytes.fromhex(row["hex"])
        for row in rows
        if "frames_in_stream" not in row
    }


def vector(text: str) -> bytes:
    """The only vector whose description holds ``text``."""
    (found,) = [frame for why, frame in vectors().items() if text in why]
    return found


def report(edition: Edition, *items: Mapping[str, object], command: int = 2) -> bytes:
    """A report of plain values; what is not given is invalid."""
    return realtime(edition, VIN, command, WHEN, list(items))


def said(frame: bytes | None) -> dict[str, dict[str, Any]]:
    """The items of a clean report by their name."""
    assert frame is not None
    decoded = decode_frame(frame)
    assert decoded.problems == ()
    return {item["name"]: item for item in body_to_dict(decoded)["items"]}
