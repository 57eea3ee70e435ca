"""``voltward bench api``: how many requests a second the running platform answers one token."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np

from voltward.base.errors import BadInput, NotFound

LINKS = 8  # connections kept open, as a pool of a program's


@dataclass(frozen=True)
class ApiBench:
    """Answers of one path. ``codes``: how many answers of each HTTP status."""

    path: str
    asked_per_s: float
    answered_per_s: float
    p50_ms: float
    p99_ms: float
    codes: dict[int, int]

    def text(self) -> str:
        other = ", ".join(f"{n} x {code}" for code, n in sorted(self.codes.items()) if code != 200)
        return (
            f"{self.path.partition('?')[0]}\n"
            f"  asked {self.asked_per_s:.0f}/s: answered {self.answered_per_s:.1f}/s,"
            f" p50 {self.p50_ms:.0f} ms, p99 {self.p99_ms:.0f} ms"
            f"{'; refused: ' + other if other else ''}"
        )


@dataclass(frozen=True)
class Caller:
    """A program that holds a token. Raises OSError where nobody answers."""

    url: str
    token: str

    def link(self) -> http.client.HTTPConnection:
        """
        Raises:
            BadInput: the address names no host.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"--url {self.url!r}: expected http://HOST:PORT")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(parts.hostname, parts.port, timeout=30)

    def status(self, link: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
        link.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        answer = link.getresponse()
        return answer.status, answer.read()

    def read(self, path: str) -> dict[str, Any]:
        """
        Raises:
            BadInput: the platform refused.
        """
        status, body = self.status(self.link(), path)
        if status != 200:
            raise BadInput(f"{self.url}{path}: {status} {body[:200].decode(errors='replace')}")
        return dict(json.loads(body))


def paths(caller: Caller) -> list[str]:
    """Newest state, and a history of ten minutes in two fields, of a vehicle that has sent.

    Raises:
        NotFound: no vehicle of the first page has sent anything.
        BadInput: the platform refused.
    """
    for vehicle in caller.read("/api/vehicles/")["results"]:
        latest = f"/api/vehicles/{vehicle['vin']}/latest/"
        status, body = caller.status(caller.link(), latest)
        if status == 200:
            stop = datetime.fromisoformat(json.loads(body)["collected_at"])
            span = {"from": (stop - timedelta(minutes=10)).isoformat(), "to": stop.isoformat()}
            query = urlencode({**span, "fields": "total_voltage_v,soc_pct"})
            return [latest, f"/api/vehicles/{vehicle['vin']}/history/?{query}"]
    raise NotFound("no vehicle of the first page has sent a frame yet: nothing to ask for")


def run(caller: Caller, path: str, per_s: float, seconds: float) -> ApiBench:
    """Ask ``path`` at an even pace for ``seconds``; an answer that is late delays what follows."""
    codes: Counter[int] = Counter()
    answer_s: list[float] = []
    due = iter(range(int(per_s * seconds)))
    lock, begun = threading.Lock(), time.monotonic()

    def ask() -> None:
        link = caller.link()
        while True:
            with lock:
                number = next(due, None)
            if number is None:
                return
            time.sleep(max(0.0, begun + number / per_s - time.monotonic()))
            asked_s = time.monotonic()
            status, _ = caller.status(link, path)
            with lock:
                codes[status] += 1
                answer_s.append(time.monotonic() - asked_s)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(LINKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.monotonic() - begun
    p50_ms, p99_ms = np.percentile(answer_s, (50, 99)) * 1000
    return ApiBench(path, per_s, codes[200] / took_s, float(p50_ms), float(p99_ms), dict(codes))
