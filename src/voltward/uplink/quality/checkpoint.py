"""The engine's memory on disk, together with the place in the journal up to which it reaches.

One file, replaced as a whole: a line with the checksum, a line of JSON, then the arrays as they lie in
memory. A release whose records have another form begins anew at the oldest record of the journal.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from voltward.base.durable import replace_durably
from voltward.base.errors import Refused
from voltward.findings.slots import VehicleSlots
from voltward.journal.position import Position
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.memory import DAY, VEHICLE

VERSION: Final = 1


class QualityMemoryDamaged(Refused):
    """The file is not what an engine of this release wrote."""

    code = "quality_memory_damaged"


def save(path: Path, engine: QualityEngine, positions: Mapping[str, Position]) -> None:
    """On return the next start finds just this memory, power cut or not."""
    vehicles, days = len(engine.slots), len(engine.day_slots)
    head = {
        "version": VERSION,
        "form": _form(),
        "positions": [str(at) for at in positions.values()],
        "vehicles": vehicles,
        "days": days,
        "rows": engine.rows,
    }
    body = b"".join(
        [
            json.dumps(head).encode(),
            b"\n",
            engine.slots.vehicles().tobytes(),
            engine.vehicles[:vehicles].tobytes(),
            engine.day_slots.vehicles().tobytes(),
            engine.days[:days].tobytes(),
        ]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, b"%08x\n" % zlib.crc32(body) + body)


def load(path: Path, engine: QualityEngine) -> dict[str, Position]:
    """Put the saved memory into a fresh engine; by stream, the first record not counted yet.

    Raises:
        QualityMemoryDamaged: the content does not fit its checksum or this release.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    check, _, body = content.partition(b"\n")
    if check != b"%08x" % zlib.crc32(body):
        raise QualityMemoryDamaged(f"{path}: checksum does not fit")
    text, _, data = body.partition(b"\n")
    head = json.loads(text)
    if head["version"] != VERSION or head["form"] != _form():
        raise QualityMemoryDamaged(f"{path}: of another release")
    vehicles, days = head["vehicles"], head["days"]
    at = 0
    arrays: list[Any] = []
    for dtype, size in (("<u8", vehicles), (VEHICLE, vehicles), ("<u8", days), (DAY, days)):
        arrays.append(np.frombuffer(data, dtype, size, at).copy())
        at += arrays[-1].nbytes
    engine.slots, engine.day_slots = VehicleSlots(arrays[0]), VehicleSlots(arrays[2])
    engine.make_room(max(1, vehicles))
    engine.vehicles[:vehicles] = arrays[1]
    engine.days, engine.rows = arrays[3], head["rows"]
    engine.use(engine.book)
    return {one.stream: one for one in map(Position.parse, head["positions"])}


def _form() -> str:
    return json.dumps([VEHICLE.descr, DAY.descr])
