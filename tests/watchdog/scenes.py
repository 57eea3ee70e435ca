"""A watchdog over stages of its own, with clocks that tests turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voltward.watchdog.canary import NoAnswer
from voltward.watchdog.probes import Probe, Seen
from voltward.watchdog.rounds import Places, Rounds

BEGUN_S = 1_790_000_000.0


class Link:
    """A gateway that answers, until it does not."""

    def __init__(self) -> None:
        self.answers = True
        self.flags: list[bool] = []

    def beat(self, unix_s: int, *, flag: bool) -> None:
        del unix_s
        if not self.answers:
            raise NoAnswer("TimeoutError")
        self.flags.append(flag)

    def close(self) -> None:
        pass


@dataclass
class Stand:
    """``stopped``: names of stages that prove nothing from now on."""

    folder: Path
    stages: tuple[str, ...] = ("store", "findings", "alarms", "office", "web")
    link: Link = field(default_factory=Link)
    stopped: set[str] = field(default_factory=set)
    passed_s: float = 0.0

    def __post_init__(self) -> None:
        self.places = places_in(self.folder)
        self.rounds = Rounds(
            link=self.link,  # type: ignore[arg-type]
            probes={name: self._probe(name) for name in self.stages},
            places=self.places,
            now_s=lambda: self.passed_s,
            unix_s=lambda: BEGUN_S + self.passed_s,
        )

    def _probe(self, name: str) -> Probe:
        def probe(now_s: float) -> Seen:
            del now_s
            return Seen(None, "TimeoutError") if name in self.stopped else Seen(2.0)

        return probe

    def stop(self, name: str) -> None:
        if name == "gateway":
            self.link.answers = False
        self.stopped.add(name)

    def go_on(self) -> None:
        self.link.answers = True
        self.stopped.clear()

    def live(self, seconds: float, every_s: float = 5.0) -> None:
        """Look every ``every_s``; each page is carried to its end."""
        ends_s = self.passed_s + seconds
        while self.passed_s < ends_s:
            self.passed_s += every_s
            self.rounds.look()
            if self.rounds._paging is not None:
                self.rounds._paging.join(20)

    def pages(self) -> list[dict[str, Any]]:
        return pages_of(self.places.outbox)


def places_in(folder: Path) -> Places:
    return Places(
        status=folder / "run" / "watchdog.json",
        contacts=folder / "snapshots" / "watchdog_contacts.json",
        outbox=folder / "notices" / "watchdog.jsonl",
        availability=folder / "availability",
        processes=folder / "run" / "metrics.json",
    )


def pages_of(outbox: Path) -> list[dict[str, Any]]:
    if not outbox.exists():
        return []
    return [json.loads(line) for line in outbox.read_text("utf-8").splitlines()]


def until(true: Callable[[], bool], limit_s: float = 60.0) -> None:
    import time

    ends_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < ends_s, "waited too long"
        time.sleep(0.1)
