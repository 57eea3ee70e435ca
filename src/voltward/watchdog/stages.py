"""When a stage counts as stopped: pure, on the seconds of a clock that never jumps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# A look every 5 s and a canary every 10 s: what stops is known after 45 s and paged within 60 (R32).
LATE_AFTER_S: Final = 35.0
# so long may a stage take to be seen for the first time: the others start, kernels are compiled
START_GRACE_S: Final = 180.0

OK, LATE, WAITING = "ok", "late", "waiting"


@dataclass(slots=True)
class Stage:
    """``seen_s``: when it last proved itself, None: never yet. ``detail``: what it said instead."""

    begun_s: float
    seen_s: float | None = None
    detail: str = ""
    state: str = WAITING
    since_s: float = 0.0  # of the state


@dataclass(frozen=True, slots=True)
class Change:
    """A stage that stopped, or moves again. ``silent_s``: how long it had not proved itself."""

    stage: str
    stopped: bool
    silent_s: float
    detail: str


@dataclass
class Watch:
    """All stages. ``proved`` and ``missed`` say what a look found, ``judged`` what follows from it."""

    stages: dict[str, Stage] = field(default_factory=dict)

    def proved(self, name: str, now_s: float, age_s: float = 0.0) -> None:
        """The stage moved ``age_s`` ago."""
        stage = self._of(name, now_s)
        seen_s = now_s - max(0.0, age_s)
        if stage.seen_s is None or seen_s > stage.seen_s:
            stage.seen_s, stage.detail = seen_s, ""

    def missed(self, name: str, now_s: float, detail: str) -> None:
        """The stage was asked and did not prove itself; ``detail``: why, as far as is known."""
        self._of(name, now_s).detail = detail

    def forget(self, names: set[str]) -> None:
        """Watch those no longer: their processes are no part of the installation any more."""
        for name in names:
            self.stages.pop(name, None)

    def judged(self, now_s: float) -> list[Change]:
        """Every stage that stopped or moves again since the last call."""
        changes = []
        for name, stage in self.stages.items():
            state = _state(stage, now_s)
            if state == stage.state:
                continue
            silent_s = now_s - (stage.since_s if state == OK else stage.seen_s or stage.begun_s)
            if LATE in (state, stage.state):
                changes.append(Change(name, state == LATE, silent_s, stage.detail))
            stage.state, stage.since_s = state, now_s
        return changes

    def late(self) -> Mapping[str, Stage]:
        return {name: stage for name, stage in self.stages.items() if stage.state == LATE}

    def _of(self, name: str, now_s: float) -> Stage:
        return self.stages.setdefault(name, Stage(begun_s=now_s, since_s=now_s))


def _state(stage: Stage, now_s: float) -> str:
    if stage.seen_s is None:
        return LATE if now_s - stage.begun_s > START_GRACE_S else WAITING
    return LATE if now_s - stage.seen_s > LATE_AFTER_S else OK
