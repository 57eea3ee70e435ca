"""``voltward bench search``: the search box and the genealogy over a million vehicles."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voltward.entry.office import begin_django

TRIES = 40
# numbers are spread over the VIN's last seven characters, plates and codes follow them
_FILL = {
    "fleet_vehicle": """
        INSERT INTO fleet_vehicle (maker_id, vin, vehicle_id, model_name, battery_type, plate, state,
            source, registered_at, state_note, scrap_proof)
        SELECT %(maker)s, 'LVVDB11B0R' || lpad(n::text, 7, '0'), n, 'M' || n %% 20, '',
            '沪A' || lpad((n * 7 %% 10000000)::text, 7, '0'), 'in_use', 'import', now(), '', ''
        FROM generate_series(1, %(count)s) AS n""",
    "fleet_terminal": """
        INSERT INTO fleet_terminal (maker_id, serial, iccid, firmware, chip_id, algorithm, public_key,
            vehicle_id)
        SELECT maker_id, 'S' || vehicle_id, '8986' || lpad(vehicle_id::text, 16, '0'), '', '', '', '', id
        FROM fleet_vehicle""",
    "fleet_batterypack": """
        INSERT INTO fleet_batterypack (maker_id, code)
        SELECT maker_id, '001PE0A0' || lpad(vehicle_id::text, 16, '0') FROM fleet_vehicle""",
    "fleet_partrecord": """
        INSERT INTO fleet_partrecord (vehicle_id, kind, serial, batch, supplier, plant, source)
        SELECT id, kind, upper(left(kind, 2)) || '-' || vehicle_id, 'L' || vehicle_id / 500, '', '', 'import'
        FROM fleet_vehicle, unnest(ARRAY['motor', 'bms']) AS kind""",
}


@dataclass(frozen=True)
class SearchBench:
    """``answer_ms``: of each kind of text the median and the worst of TRIES questions."""

    vehicles: int
    part_rows: int
    filled_s: float
    parts_added_per_s: float
    answer_ms: dict[str, tuple[float, float]]

    def text(self) -> str:
        lines = [
            f"{self.vehicles:,} vehicles, {self.part_rows:,} parts, filled in {self.filled_s:.0f} s",
            f"parts added by the service: {self.parts_added_per_s:,.0f}/s",
        ]
        lines += [
            f"  {name:<24} p50 {median:6.1f} ms, worst {worst:6.1f} ms"
            for name, (median, worst) in self.answer_ms.items()
        ]
        return "\n".join(lines)


def run(folder: Path, vehicles: int, parts: int, say: Callable[[str], None]) -> SearchBench:
    """In a fresh database under ``folder``, which is left to the caller."""
    os.environ["VOLTWARD_DATA"] = str(folder)
    from voltward.entry.postgres import EmbeddedPostgres

    with EmbeddedPostgres(folder, durable=False):
        begin_django()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        actor = bench_actor()
        say(f"filling {vehicles} vehicles")
        begun = time.monotonic()
        _fill(actor.maker_id, vehicles)
        filled_s = time.monotonic() - begun
        say(f"adding {parts} parts")
        added_per_s = _add_parts(actor, vehicles, parts)
        return SearchBench(
            vehicles, vehicles * 2 + parts, filled_s, added_per_s, _asked(actor, vehicles)
        )


def bench_actor() -> Any:
    from voltward.records import selectors, services

    installed = selectors.installation()
    maker = services.maker_create(installed, name="bench", wmis=["LVV"])
    return services.person_create(
        installed, login="bench", display_name="bench", maker=maker, roles=["safety_head"]
    )


def _fill(maker_id: int, vehicles: int) -> None:
    """By the owner and without history: no event of a made-up row is worth keeping."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        for table, statement in _FILL.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, {"maker": maker_id, "count": vehicles})
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()


def _add_parts(actor: Any, vehicles: int, parts: int) -> float:
    from voltward.fleet.services.parts import Part, parts_add

    rows = [
        Part(
            f"LVVDB11B0R{1 + number % vehicles:07d}", "motor", f"NEW-{number}", f"N{number // 500}"
        )
        for number in range(parts)
    ]
    begun = time.monotonic()
    parts_add(actor, parts=rows)
    return parts / (time.monotonic() - begun)


def _asked(actor: Any, vehicles: int) -> dict[str, tuple[float, float]]:
    from voltward.fleet import selectors
    from voltward.fleet.selectors import parts
    from voltward.pages.room import REGISTRY

    def box(text: str) -> None:
        for source in REGISTRY.search(actor):
            source.find(actor, text, 8)

    def of_vin(vin: str) -> None:
        list(parts.parts_of(actor, selectors.vehicle_by_vin(actor, vin)))

    chance = random.Random(7)  # noqa: S311 - which rows are asked for, not a secret
    numbers = [chance.randint(1, vehicles) for _ in range(TRIES)]
    vins = [f"LVVDB11B0R{number:07d}" for number in numbers]
    questions: dict[str, tuple[Callable[[str], object], Sequence[str]]] = {
        "box: whole VIN": (box, vins),
        "box: last six": (box, [vin[-6:] for vin in vins]),
        "box: last three": (box, [vin[-3:] for vin in vins]),
        "box: first ten": (box, [vin[:10] for vin in vins]),
        "box: plate": (box, [f"沪A{number * 7 % 10_000_000:07d}" for number in numbers]),
        "box: ICCID": (box, [f"8986{number:016d}" for number in numbers]),
        "box: battery code": (box, [f"001PE0A0{number:016d}" for number in numbers]),
        "box: part serial": (box, [f"MO-{number}" for number in numbers]),
        "box: nothing found": (box, [f"ZZ{number}" for number in numbers]),
        "box: one letter": (box, ["L", "沪", "8", "0", "M"]),
        "genealogy: VIN to parts": (of_vin, vins),
        "genealogy: batch to VINs": (
            lambda batch: list(parts.vehicles_with_batch(actor, batch)[:1000]),
            [f"L{number // 500}" for number in numbers],
        ),
    }
    return {name: _timed(ask, texts) for name, (ask, texts) in questions.items()}


def _timed(ask: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    took_ms = []
    for text in texts:
        begun = time.monotonic()
        ask(text)
        took_ms.append((time.monotonic() - begun) * 1000)
    return sorted(took_ms)[len(took_ms) // 2], max(took_ms)
