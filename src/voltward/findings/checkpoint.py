"""The engine's memory on disk, together with the place in the journal up to which it reaches.

One file, replaced as a whole: a line with the checksum, a line of JSON that says what follows, then
the arrays as they lie in memory. A detector whose memory has another form in this release begins anew,
and says so; rules are found by their codes, not by their numbers.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from voltward.base.durable import replace_durably
from voltward.base.errors import Refused
from voltward.findings.engine import ORDER, SHADOW, Engine, rule_numbers
from voltward.findings.episodes import EPISODE, MOST_RULES, Episodes
from voltward.findings.slots import VehicleSlots
from voltward.journal.position import Position

VERSION: Final = 1


class MemoryDamaged(Refused):
    """The file is not what an engine wrote."""

    code = "findings_memory_damaged"


@dataclass(frozen=True, slots=True)
class Restored:
    """``positions``: by stream, the first record not judged yet. ``begun_anew``: detectors."""

    positions: dict[str, Position] = field(default_factory=dict)
    begun_anew: tuple[str, ...] = ()


def save(path: Path, engine: Engine, positions: Mapping[str, Position]) -> None:
    """On return the next start finds just this memory, power cut or not."""
    size = len(engine.slots)
    arrays: dict[str, Any] = {
        "vehicles": engine.slots.vehicles(),
        "order": engine.order[:size],
        "episode_keys": engine.episodes.keys,
        "episodes": engine.episodes.records,
    }
    for name, memory in engine.memories.items():
        arrays[f"memory:{name}"] = memory[:size]
    head = {
        "version": VERSION,
        "positions": [str(at) for at in positions.values()],
        "rules": engine.rule_codes(),
        "arrays": [
            [name, _form(array.dtype), len(array), array.nbytes] for name, array in arrays.items()
        ],
    }
    body = b"".join(
        [json.dumps(head).encode(), b"\n", *(array.tobytes() for array in arrays.values())]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, b"%08x\n" % zlib.crc32(body) + body)


def load(path: Path, engine: Engine) -> Restored:
    """Put the saved memory into a fresh engine; nothing where there is none.

    Raises:
        MemoryDamaged: the content does not fit its checksum or this version.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Restored()
    check, _, body = content.partition(b"\n")
    if check != b"%08x" % zlib.crc32(body):
        raise MemoryDamaged(f"{path}: checksum does not fit")
    head_text, _, data = body.partition(b"\n")
    head = json.loads(head_text)
    if head["version"] != VERSION:
        raise MemoryDamaged(f"{path}: version {head['version']}, expected {VERSION}")
    arrays, at = {}, 0
    for name, form, size, length in head["arrays"]:
        arrays[name] = (form, size, data[at : at + length])
        at += length
    anew = _restore(engine, arrays, head["rules"])
    positions = {one.stream: one for one in map(Position.parse, head["positions"])}
    return Restored(positions, anew)


def _restore(
    engine: Engine, arrays: Mapping[str, tuple[str, int, bytes]], rules: list[str]
) -> tuple[str, ...]:
    vehicles = np.frombuffer(arrays["vehicles"][2], np.uint64).copy()
    engine.slots = VehicleSlots(vehicles)
    engine.make_room(max(1, vehicles.size))
    form, _, data = arrays["order"]
    if form == _form(ORDER):
        engine.order[: vehicles.size] = np.frombuffer(data, ORDER)
    anew = []
    for name, memory in engine.memories.items():
        form, _, data = arrays.get(f"memory:{name}", ("", 0, b""))
        if form == _form(memory.dtype):
            memory[: vehicles.size] = np.frombuffer(data, memory.dtype)
        else:
            anew.append(name)
    form, _, data = arrays["episodes"]
    keys = np.frombuffer(arrays["episode_keys"][2], np.uint64)
    if form == _form(EPISODE):
        engine.episodes = _episodes(keys, np.frombuffer(data, EPISODE), rules, engine)
    engine.episodes.make_room(engine.order.size)
    engine.use(engine.book)
    return tuple(anew)


def _episodes(keys: Any, records: Any, rules: list[str], engine: Engine) -> Episodes:
    """What was open, under the numbers that the rules have in this release."""
    numbers = rule_numbers(engine.detectors)
    found = Episodes()
    for at in np.flatnonzero(keys):
        slot, old = divmod(int(keys[at]) - 1, MOST_RULES)
        shadow, old = (SHADOW, old - SHADOW) if old >= SHADOW else (0, old)
        new = numbers.get(rules[old]) if old < len(rules) else None
        if new is not None:
            found.put(slot, new + shadow, records[at])
    return found


def _form(dtype: np.dtype[Any]) -> str:
    return json.dumps(dtype.descr)
