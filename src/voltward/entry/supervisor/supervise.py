"""``voltward up``: the whole platform in one terminal, started without questions, stopped by Ctrl-C."""

import fcntl
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry.supervisor.child import Child
from voltward.entry.supervisor.plan import children, metrics_ports

LOOK_EVERY_S = 0.2


class AlreadyRunning(Refused):
    """Another `voltward up` owns the data folder."""

    code = "already_running"


def up(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; returns the exit status."""
    from voltward.entry.installation import prepared

    settings.data.mkdir(parents=True, exist_ok=True)
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with _only_one(settings.data / "run" / "up.lock"):
        began_s = time.monotonic()
        _say(f"Voltward (伏卫) · data in {settings.data.absolute()}")
        with prepared(settings):
            crew = Crew(children(settings), settings.data / "logs")
            _tell_ports(settings, crew)
            try:
                crew.start(stopping)
                _wait_ready(settings, crew, stopping)
                if not stopping.is_set():
                    crew.start_waiting()
                    _greet(settings, time.monotonic() - began_s)
                crew.watch(stopping)
            finally:
                _say("stopping …")
                clean = crew.stop()
    _say("stopped")
    return 0 if clean else 1


@dataclass
class Crew:
    """The children of one installation."""

    members: list[Child]
    log_folder: Path

    def start(self, stopping: Event) -> None:
        for child in self.members:
            if child.can_wait_s:
                child.restart_at_s = time.monotonic() + child.can_wait_s
            elif not stopping.is_set():
                child.start(self.log_folder, time.monotonic())

    def start_waiting(self) -> None:
        """The pages answer: those who let the others go first start too."""
        for child in self.members:
            if child.process is None and not child.deaths:
                child.start(self.log_folder, time.monotonic())

    def look(self) -> None:
        """Restart whoever has ended; say so, with the log that tells why."""
        now_s = time.monotonic()
        for child in self.members:
            status = child.died(now_s)
            if status is not None:
                log = self.log_folder / f"{child.name}.log"
                _say(f"{child.name} ended with status {status}; it starts again; see {log}")
            if child.due(now_s):
                child.start(self.log_folder, now_s)

    def watch(self, stopping: Event) -> None:
        while not stopping.wait(LOOK_EVERY_S):
            self.look()

    def stop(self) -> bool:
        """No more frames in, then what is in is stored, then the store; each stage together."""
        clean = True
        for stage in sorted({child.stage for child in self.members}, reverse=True):
            leaving = [child for child in self.members if child.stage == stage]
            for child in leaving:
                child.ask_to_stop()
            for child in leaving:
                if not child.stopped():
                    clean = False
                    _say(f"{child.name} did not stop in {child.stop_wait_s:.0f} s and was killed")
        return clean


def _wait_ready(settings: Settings, crew: Crew, stopping: Event) -> None:
    address = f"http://{settings.web}/healthz"
    while not stopping.wait(LOOK_EVERY_S):
        crew.look()
        with (
            suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(address, timeout=2) as answer,
        ):
            if answer.status == 200:
                return


def _greet(settings: Settings, took_s: float) -> None:
    _say(f"ready after {took_s:.1f} s")
    _say(f"  pages    http://{settings.web}/")
    _say(f"  vehicles {settings.gateway} (GB/T 32960.3-2016 and -2025)")
    if settings.demo:
        from voltward.entry.installation import demo_login

        _say("  login    {} / {}   (demo only)".format(*demo_login(settings)))
    _say("Ctrl-C stops everything")


def _tell_ports(settings: Settings, crew: Crew) -> None:
    """``DATA/run/metrics.json``: where each process's Prometheus figures are."""
    text = json.dumps(metrics_ports(crew.members), indent=1)
    (settings.data / "run" / "metrics.json").write_text(text + "\n", encoding="utf-8")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise AlreadyRunning(
                f"{path.parent.parent}: already in use by `voltward up` (process {owner}); "
                "stop that one or give another folder with --data"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _say(text: str) -> None:
    print(text, file=sys.stdout, flush=True)  # noqa: T201 - the terminal is this process's page
