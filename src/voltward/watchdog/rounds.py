"""Look after look: drive the canary, ask every stage, judge, page, count, say what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

import structlog

from voltward.base.canary import CANARY_EVERY_S
from voltward.watchdog import pager
from voltward.watchdog.availability import Ledger
from voltward.watchdog.canary import CanaryLink, NoAnswer
from voltward.watchdog.contacts import read_contacts
from voltward.watchdog.probes import Probe, process_answers
from voltward.watchdog.stages import WAITING, Change, Watch
from voltward.watchdog.status import status_of, write_status
from voltward.watchdog.words import PROCESS, page_of

LOOK_EVERY_S: Final = 5.0
REMIND_EVERY_S: Final = 900.0  # while a stage stands, the page is sent again
RETRY_AFTER_S: Final = 20.0  # where no way took it
SAVE_EVERY_S: Final = 60.0
# a look that comes later than this was no look: the watchdog itself slept, and what passed was not watched
LONGEST_LOOK_S: Final = 30.0
NOT_PROCESSES: Final = frozenset({"watchdog", "demo"})
_log = structlog.get_logger("voltward.watchdog")


@dataclass(frozen=True)
class Places:
    """Files the watchdog reads and writes. ``processes``: name to loopback port, of ``voltward up``."""

    status: Path
    contacts: Path
    outbox: Path
    availability: Path
    processes: Path


@dataclass
class Rounds:
    """One watchdog. ``now_s``: a clock that never jumps; ``unix_s``: the time people go by.

    ``optional``: files that are watched from when they are there; what never ran here is no outage.
    """

    link: CanaryLink
    probes: Mapping[str, Probe]
    places: Places
    optional: Mapping[str, Path] = field(default_factory=dict)
    now_s: Callable[[], float] = time.monotonic
    unix_s: Callable[[], float] = time.time
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.places.availability)
        self._beat_due_s = self._saved_s = float("-inf")
        self._looked_s: float | None = None
        self._flag = False
        self._paging: Thread | None = None
        self._paged_s: float | None = None
        self._paged_unix_s: float | None = None
        self._untold: list[Change] = []
        self._trouble, self._failed = "", False

    def run(self, stopping: Event) -> None:
        """Until ``stopping``; a fault of one look is logged, and the next look comes all the same."""
        while not stopping.is_set():
            begun_s = self.now_s()
            try:
                self.look()
            except Exception as error:  # a watchdog that ends is worse than one that missed a look
                _log.error("look failed", error=str(error), exc_info=True)
            stopping.wait(max(0.5, LOOK_EVERY_S - (self.now_s() - begun_s)))
        with suppress(OSError):
            self._ledger.save()
        self.link.close()

    def look(self) -> None:
        """One look at everything."""
        self._drive()
        for name, probe in {**self._processes(), **self.probes}.items():
            if name in self.optional and not self.optional[name].exists():
                continue
            seen = probe(self.unix_s())
            if seen.age_s is None:
                self.watch.missed(name, self.now_s(), seen.detail)
            else:
                self.watch.proved(name, self.now_s(), seen.age_s)
        now_s = self.now_s()
        changes = self.watch.judged(now_s)
        self._count(changes, now_s)
        self._page(changes, now_s)
        self._say(now_s)

    def _drive(self) -> None:
        if self.now_s() < self._beat_due_s:
            return
        self._beat_due_s = self.now_s() + CANARY_EVERY_S - 0.5  # looks are not exact
        self._flag = not self._flag
        try:
            self.link.beat(int(self.unix_s()), flag=self._flag)
        except NoAnswer as error:
            self.watch.missed("gateway", self.now_s(), str(error))
        else:
            self.watch.proved("gateway", self.now_s())

    def _processes(self) -> dict[str, Probe]:
        """Whoever ``voltward up`` started; where it did not, stages alone are watched."""
        try:
            ports = json.loads(self.places.processes.read_bytes())
        except (OSError, ValueError):
            ports = {}
        found = {
            f"{PROCESS}{name}": process_answers(int(port))
            for name, port in ports.items()
            if name not in NOT_PROCESSES and port
        }
        known = {name for name in self.watch.stages if name.startswith(PROCESS)}
        self.watch.forget(known - set(found))
        return found

    def _count(self, changes: list[Change], now_s: float) -> None:
        """The seconds since the last look; a stage found stopped was so since it last proved itself."""
        before_s, self._looked_s = self._looked_s, now_s
        if before_s is None or now_s - before_s > LONGEST_LOOK_S:
            return
        silent = {one.stage: one.silent_s for one in changes if one.stopped}
        late = self.watch.late()
        for name, stage in self.watch.stages.items():
            if stage.state == WAITING:
                continue
            down_s = silent.get(name, now_s - before_s) if name in late else 0.0
            self._ledger.add(name, self.unix_s(), watched_s=now_s - before_s, down_s=down_s)
        if now_s - self._saved_s >= SAVE_EVERY_S:
            self._saved_s = now_s
            self._ledger.save()

    def _page(self, changes: list[Change], now_s: float) -> None:
        """In a thread of its own: a deaf provider delays no look. What no way took is tried again."""
        for change in changes:
            _log.warning("stage", name=change.stage, stopped=change.stopped, detail=change.detail)
        self._untold += changes
        late = list(self.watch.late())
        due = self._paged_s is None or now_s - self._paged_s >= REMIND_EVERY_S
        if self._paging is not None and self._paging.is_alive():
            return
        if self._failed and self._paged_s is not None and now_s - self._paged_s < RETRY_AFTER_S:
            return
        if not self._untold and not (late and due):
            return
        title, body = page_of(self._untold, late, self.unix_s())
        told, self._untold = self._untold, []
        self._paging = Thread(target=self._send, args=(title, body, told), daemon=True)
        self._paging.start()
        self._paged_s = now_s

    def _send(self, title: str, body: str, told: list[Change]) -> None:
        contacts = read_contacts(self.places.contacts)
        try:
            sent = pager.page(contacts, title, body, self.places.outbox, self.unix_s)
        except OSError as error:
            sent = pager.Sent(0, (f"outbox: {type(error).__name__}",))
        self._trouble = "; ".join(sent.failures)[:400]
        if sent.failures:
            _log.error("page not sent by every way", sent=sent.count, failures=sent.failures)
        self._failed = bool(sent.failures) and not sent.count
        if self._failed:
            self._untold = told + self._untold
        else:
            self._paged_unix_s = self.unix_s()

    def _say(self, now_s: float) -> None:
        status = status_of(
            self.watch, now_s, self.unix_s(), ways=len(read_contacts(self.places.contacts).ways),
            paged_at_s=self._paged_unix_s, trouble=self._trouble,
        )  # fmt: skip
        with suppress(OSError):
            write_status(self.places.status, status)
