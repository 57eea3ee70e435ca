"""``voltward bench places``: what is near a page of alarms, against all outlets and charging sites."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voltward.entry.office import begin_django
from voltward.entry.search_bench import bench_actor

TRIES = 30
REACH_M = 200.0 + 1_700.0  # the row in force, and how far a hexagon's corner lies from its middle
# four of five lie round sixty towns, as people live; the others anywhere
_FILL = """
    INSERT INTO {table} (maker_id, code, name, area, longitude_deg, latitude_deg, datum, phone, {more})
    SELECT %(maker)s, 'N' || n, 'N' || n, '', x, y, 'wgs84', '', {values}
    FROM (
        SELECT n, 105 + (hashint4(n %% 60) %% 1200) / 100.0 AS town_x,
            31 + (hashint4(n %% 60 + 1000) %% 900) / 100.0 AS town_y,
            n %% 5 = 0 AS is_apart, random_normal(0, 0.15) AS east, random_normal(0, 0.12) AS north
        FROM generate_series(1, %(count)s) AS n
    ) AS place, LATERAL (
        SELECT CASE WHEN is_apart THEN 85 + random() * 45 ELSE town_x + east END AS x,
            CASE WHEN is_apart THEN 20 + random() * 28 ELSE town_y + north END AS y
    ) AS at"""


@dataclass(frozen=True)
class PlacesBench:
    """``answer_ms``: median and worst of TRIES pages."""

    outlets: int
    sites: int
    alarms: int
    answer_ms: dict[str, tuple[float, float]]

    def text(self) -> str:
        lines = [f"{self.outlets:,} outlets, {self.sites:,} sites, pages of {self.alarms} alarms"]
        lines += [
            f"  {name:<32} p50 {median:6.1f} ms, worst {worst:6.1f} ms"
            for name, (median, worst) in self.answer_ms.items()
        ]
        return "\n".join(lines)


def run(
    folder: Path, outlets: int, sites: int, alarms: int, say: Callable[[str], None]
) -> PlacesBench:
    """In a fresh database under ``folder``, which is left to the caller; asked behind the wall."""
    os.environ["VOLTWARD_DATA"] = str(folder)
    from voltward.entry.postgres import EmbeddedPostgres

    with EmbeddedPostgres(folder, durable=False):
        begin_django()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        actor = bench_actor()
        say(f"filling {outlets} outlets and {sites} sites")
        _fill(actor.maker_id, outlets, sites)
        return PlacesBench(outlets, sites, alarms, _asked(actor, alarms))


def _fill(maker_id: int, outlets: int, sites: int) -> None:
    """By the owner and without history: no event of a made-up row is worth keeping."""
    from django.db import connections

    tables = {
        "fleet_serviceoutlet": (outlets, "kind, hours", "'service', ''"),
        "fleet_chargingsite": (sites, "operator, source", "'O' || n % 9, ''"),
    }
    with connections["owner"].cursor() as cursor:
        for table, (count, more, values) in tables.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            filled = _FILL.format(table=table, more=more, values=values.replace("%", "%%"))
            cursor.execute(filled, {"maker": maker_id, "count": count})
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()


def _asked(actor: Any, alarms: int) -> dict[str, tuple[float, float]]:
    from voltward.fleet.models import ChargingSite
    from voltward.fleet.selectors.places import outlets_nearest, sites_near
    from voltward.records import wall

    chance = random.Random(7)  # noqa: S311 - where alarms are, not a secret
    with wall.within(wall.of(actor.maker_id)):
        homes = list(
            ChargingSite.objects.order_by("id").values_list("longitude_deg", "latitude_deg")[
                :20_000
            ]
        )
        towns = [chance.sample(homes, alarms) for _ in range(TRIES)]
        apart = [
            [(chance.uniform(85, 130), chance.uniform(20, 48)) for _ in range(alarms)]
            for _ in range(TRIES)
        ]
        return {
            "nearest outlet, where people live": _timed(
                lambda page: outlets_nearest(actor, page), towns
            ),
            "nearest outlet, anywhere": _timed(lambda page: outlets_nearest(actor, page), apart),
            "charging sites": _timed(
                lambda page: sites_near(actor, page, [REACH_M] * len(page)), towns
            ),
        }


def _timed(
    ask: Callable[[list[tuple[float, float]]], object], pages: list[list[tuple[float, float]]]
) -> tuple[float, float]:
    took_ms = []
    for page in pages:
        begun = time.monotonic()
        ask(page)
        took_ms.append((time.monotonic() - begun) * 1000)
    return sorted(took_ms)[len(took_ms) // 2], max(took_ms)
