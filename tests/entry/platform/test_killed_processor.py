"""kill -9 of the processor while it finds: in the end the office has every finding once."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from tests.entry.platform.killing import MOMENTS, Scene, frames_of

from voltward.findings.finding import Finding, finding_to_json
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, AlarmStep, Episode
from voltward.monitoring.services.intake import findings_take
from voltward.records import selectors

pytestmark = [pytest.mark.t2, pytest.mark.django_db]
KILLS = 6
Row = tuple[Any, ...]


def in_the_office(told: list[Finding], stretch: int) -> tuple[list[Row], list[Row], int]:
    """Episodes, alarms and how many lines of the log come of it, taken ``stretch`` at a time."""
    with transaction.atomic():
        for first in range(0, len(told), stretch):
            findings_take(selectors.installation(), findings=told[first : first + stretch])
        episodes = Episode.objects.order_by("rule", "opened_at").values_list(
            "rule", "profile", "level", "opened_at", "last_at", "cleared_at", "first", "worst",
            "last", "stream", "position",
        )  # fmt: skip
        alarms = Alarm.objects.order_by("rule").values_list(
            "rule", "level", "opened_at", "last_at", "cleared_at", "episodes_number"
        )
        found = list(episodes), list(alarms), AlarmStep.objects.count()
        transaction.set_rollback(True)
    return found


def names(told: list[Finding]) -> set[bytes]:
    return {finding_to_json(one) for one in told}


def killed(folder: Path, vin: str, seed: int, build: str, moments: list[str]) -> Scene:
    chance = random.Random(seed)
    scene = Scene(folder / "data", frames_of(vin, seed), build)
    try:
        for moment in moments:
            scene.killed(moment, chance)
        scene.finished()
    finally:
        scene.end()
    return scene


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_it_tells_every_finding_and_the_office_has_each_once(
    tmp_path: Path, vehicle: Vehicle, seed: int
) -> None:
    chance = random.Random(seed)
    moments = [chance.choice(MOMENTS) for _ in range(KILLS)]
    scene = killed(tmp_path, vehicle.vin, seed, "honest", moments)
    whole, told = scene.uninterrupted(), scene.told()
    assert len(names(whole)) == len(whole) > 200
    assert names(told) == names(whole), f"seed {seed}, kills {scene.kills}"
    assert in_the_office(told, chance.randint(1, 60)) == in_the_office(whole, 1000)
    again = len(told) - len(whole)
    sys.stdout.write(
        f"\n{KILLS} kills ({', '.join(scene.kills)}): {len(whole)} findings, {again} told again\n"
    )


def test_a_build_that_saves_its_place_before_the_findings_are_durable_is_caught(
    tmp_path: Path, vehicle: Vehicle
) -> None:
    scene = killed(tmp_path, vehicle.vin, 1, "checkpoint-first", ["memory", "memory", "memory"])
    assert names(scene.uninterrupted()) - names(scene.told())
