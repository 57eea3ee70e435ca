"""Which processes start at once, and which let the others go first."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from voltward.base.settings import Settings
from voltward.entry.supervisor.child import Child
from voltward.entry.supervisor.plan import children
from voltward.entry.supervisor.supervise import Crew


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(Child, "start", lambda child, *_: names.append(child.name))
    return names


def test_who_can_wait_starts_once_the_pages_answer(tmp_path: Path, started: list[str]) -> None:
    crew = Crew([Child("web", ("web",)), Child("keeper", ("keeper",), can_wait_s=60)], tmp_path)
    crew.members[0].process = object()  # type: ignore[assignment]  # runs
    crew.start(Event())
    assert started == ["web"]
    crew.start_waiting()
    assert started == ["web", "keeper"]


def test_who_can_wait_starts_without_the_pages_when_they_take_too_long(
    tmp_path: Path, started: list[str]
) -> None:
    crew = Crew([Child("keeper", ("keeper",), can_wait_s=60)], tmp_path)
    crew.start(Event())
    crew.look()
    assert started == []
    crew.members[0].restart_at_s -= 60
    crew.look()
    assert started == ["keeper"]


def test_what_has_just_died_waits_for_its_own_restart(tmp_path: Path, started: list[str]) -> None:
    dead = Child("office", ("office",), deaths=1, restart_at_s=float("inf"))
    Crew([dead], tmp_path).start_waiting()
    assert started == []


def test_intake_judging_and_watching_never_wait() -> None:
    waiting = {child.name for child in children(Settings(demo=True)) if child.can_wait_s}
    assert waiting == {"keeper", "demo", "demo-platform"}
