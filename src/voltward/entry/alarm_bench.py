"""``voltward bench alarm``: from a vehicle's socket to the desk's screen, on a platform of its own.

The whole platform runs as ``voltward up`` starts it. Vehicles send at an even rate; in the middle of it
some of them become hot, all within one round. A desk that is logged in follows its live stream over
HTTP as a page does. Measured is the time from the send call of a vehicle's first hot frame to the event
that puts its alarm on the screen.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from voltward.gateway.load.client import connect as connect_links
from voltward.gateway.load.frames import realtime, vin_of
from voltward.gateway.load.sender import BURST, Sender

DESIGN_PER_S: Final = 5_000.0  # frames a second on two cores
TARGET_P99_S: Final = 3.0
RULE: Final = "temperature.high"
HOT: Final = 40 + 70  # ℃ with the protocol's offset
_EXTREMES: Final = bytes.fromhex("060111 0f93 0140 0f6f 0103")  # what stands before the highest one
WARM_UP_S, AFTER_S = 15.0, 20.0
DESK: Final = "demo-monitoring-operator"
READY_WITHIN_S: Final = 180.0


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """``per_s``: frames sent a second. ``lost``: hot vehicles without an alarm of the rule on the screen;
    ``doubled``: alarms of the rule beyond one a vehicle. ``delay``: to a vehicle's first alarm;
    ``all_alarms``, ``all_p99_s``: with those of other rules that follow it.
    """

    links: int
    per_s: float
    hot: int
    lost: int
    doubled: int
    all_alarms: int
    delay_p50_s: float
    delay_p99_s: float
    delay_max_s: float
    all_p99_s: float
    page_s: float

    def text(self) -> str:
        met = self.delay_p99_s <= TARGET_P99_S and not (self.lost or self.doubled)
        return (
            f"{self.links} vehicles, {self.per_s:,.0f} frames/s"
            f" ({self.per_s / DESIGN_PER_S:.1f} x design load), {self.hot} alarming at once\n"
            f"  socket to the desk's screen, a vehicle's first alarm: p50 {self.delay_p50_s:.2f} s,"
            f" p99 {self.delay_p99_s:.2f} s,"
            f" longest {self.delay_max_s:.2f} s; target p99 {TARGET_P99_S:g} s, 0 lost, 0 doubled:"
            f" {'met' if met else 'missed'}\n"
            f"  lost {self.lost}, doubled {self.doubled}; all {self.all_alarms} alarms of these vehicles:"
            f" p99 {self.all_p99_s:.2f} s; the alarm centre's page meanwhile {self.page_s:.2f} s"
        )


def run(
    folder: Path,
    say: Callable[[str], None],
    *,
    links: int = 2000,
    hot: int = 1000,
    per_s: float = 2 * DESIGN_PER_S,
) -> AlarmFigures:
    """On an empty folder; the platform is stopped at the end."""
    with ExitStack() as stack:
        web, gateway = _free_port(), _free_port()
        say("start")
        stack.enter_context(_platform(folder, web, gateway))
        desk = Desk(f"http://127.0.0.1:{web}")
        desk.log_in()
        stack.enter_context(desk.watching())
        sockets = connect_links(gateway, links)
        for connection in sockets:
            stack.enter_context(connection)
        descriptors = np.array([one.fileno() for one in sockets], np.int64)
        sender = Sender(descriptors, datetime.now(UTC))
        say("load")
        _paced(sender, per_s, WARM_UP_S)
        say("hot")
        sent_s = _heated(sender, per_s, links, hot)
        page_s = desk.page_s()
        _paced(sender, per_s, AFTER_S)
        desk.wait_quiet()
        return _figures(folder, desk.seen, sent_s, links, per_s, page_s)


class Desk:
    """A page of the alarm centre, as far as its live stream goes."""

    def __init__(self, address: str) -> None:
        self._address = address
        jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
        self.seen: dict[int, float] = {}  # number of the alarm: when it was first told of
        self._last_s = time.perf_counter()

    def log_in(self) -> None:
        """With one click, as on the demo."""
        page = self._get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise ConnectionError("the login page has no form")
        fields = {"csrfmiddlewaretoken": token[1], "login": DESK}
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self._address}/login/demo/",
            urllib.parse.urlencode(fields).encode(),
            {"Referer": f"{self._address}/login/"},
        )
        self._open(request, timeout=60).read()

    def page_s(self) -> float:
        """How long the list takes now."""
        begun_s = time.perf_counter()
        self._get("/alarms/")
        return time.perf_counter() - begun_s

    @contextmanager
    def watching(self) -> Iterator[None]:
        stream = self._open(f"{self._address}/alarms/events/", timeout=60)
        thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stream.close()

    def wait_quiet(self, quiet_s: float = 5.0, limit_s: float = 60.0) -> None:
        """Until nothing new was told for a while."""
        until_s = time.perf_counter() + limit_s
        while time.perf_counter() < until_s:
            if time.perf_counter() - self._last_s > quiet_s:
                return
            time.sleep(0.2)  # between two looks at what another thread has heard

    def _read(self, stream: Iterable[bytes]) -> None:
        name = ""
        try:
            for line in stream:
                now_s = time.perf_counter()
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: ") and name == "changed":
                    number = int(json.loads(line[6:])["id"])
                    if number not in self.seen:
                        self.seen[number] = self._last_s = now_s
        except (OSError, ValueError, AttributeError):
            return  # closed at the end; the last is what http.client then says

    def _get(self, path: str) -> str:
        with self._open(f"{self._address}{path}", timeout=60) as answer:
            return str(answer.read().decode())


@dataclass
class _Paced:
    begun_s: float = field(default_factory=time.perf_counter)
    sent: int = 0

    def wait(self, per_s: float) -> None:
        due_s = self.begun_s + self.sent / per_s
        if (left_s := due_s - time.perf_counter()) > 0:
            time.sleep(left_s)  # an even rate is what is measured
        self.sent += BURST


def _paced(sender: Sender, per_s: float, seconds: float) -> None:
    pace = _Paced()
    while time.perf_counter() - pace.begun_s < seconds:
        pace.wait(per_s)
        sender.burst()


def _heated(sender: Sender, per_s: float, links: int, hot: int) -> dict[str, float]:
    """One round in which the first ``hot`` links are hot for the first time; VIN to send time."""
    while sender.at:  # to the beginning of a round
        sender.burst()
    frame = realtime(vin_of(0))
    sender.replace_octet(slice(0, hot), frame.index(_EXTREMES) + len(_EXTREMES), HOT)
    sent_s, pace = {}, _Paced()
    for first in range(0, links, BURST):
        pace.wait(per_s)
        now_s = time.perf_counter()
        sender.burst()
        for number in range(first, min(first + BURST, hot)):
            sent_s[vin_of(number)] = now_s
    return sent_s


def _figures(
    folder: Path, seen: dict[int, float], sent_s: dict[str, float], links: int, per_s: float, page_s: float
) -> AlarmFigures:  # fmt: skip
    os.environ["VOLTWARD_DATA"] = str(folder)
    from voltward.entry.office import begin_django

    begin_django()
    from voltward.monitoring.models import Alarm

    rows = list(Alarm.objects.values_list("pk", "rule", "vehicle__vin"))
    mine = [(number, vin) for number, rule, vin in rows if rule == RULE and vin in sent_s]
    shown = {vin for number, vin in mine if number in seen}
    delays = [
        (vin, seen[number] - sent_s[vin])
        for number, _, vin in rows
        if vin in sent_s and number in seen
    ]
    first: dict[str, float] = {}
    for vin, delay_s in delays:
        first[vin] = min(delay_s, first.get(vin, delay_s))
    values = np.array(list(first.values()) or [np.nan])
    every = [delay_s for _, delay_s in delays] or [np.nan]
    return AlarmFigures(
        links, per_s, len(sent_s), len(sent_s) - len(shown), len(mine) - len({v for _, v in mine}),
        len(delays),
        float(np.percentile(values, 50)), float(np.percentile(values, 99)), float(values.max()),
        float(np.percentile(every, 99)), page_s,
    )  # fmt: skip


@contextmanager
def _platform(folder: Path, web: int, gateway: int) -> Iterator[None]:
    environment = {
        **os.environ,
        "VOLTWARD_DATA": str(folder),
        "VOLTWARD_DEMO": "1",  # for its login
        "VOLTWARD_DEMO_FLEET": "0",
        "VOLTWARD_DEMO_PLATFORM": "-1",
        "VOLTWARD_AUTO_REGISTER": "1",
        "VOLTWARD_WEB": f"127.0.0.1:{web}",
        "VOLTWARD_GATEWAY": f"127.0.0.1:{gateway}",
    }
    voltward = Path(sys.executable).with_name("voltward")
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen([voltward, "up"], env=environment, stdout=log, stderr=log)
    try:
        _wait_ready(process, web)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_ready(process: subprocess.Popen[bytes], web: int) -> None:
    until_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until_s:
        if process.poll() is not None:
            raise ConnectionError(f"the platform ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{web}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)  # between two questions to another process
    raise ConnectionError(f"the platform is not ready after {READY_WITHIN_S:g} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
