"""The whole platform, started as its users start it, on free ports and an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

START_S = 300.0  # patience with a loaded machine; the promise of 30 s is measured by the benches


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Platform:
    """``voltward up`` on ``data``; ``lines`` is what it printed."""

    data: Path
    web: str = ""
    gateway: tuple[str, int] = ("", 0)
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    reader: threading.Thread = field(default_factory=threading.Thread)

    def start(self, **environment: str) -> None:
        web, vehicles = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.web, self.gateway = f"http://{web}", ("127.0.0.1", int(vehicles.rpartition(":")[2]))
        self.ready.clear()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "voltward.entry.cli.main",
                "up",
                "--web",
                web,
                "--gateway",
                vehicles,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.environment, "VOLTWARD_AUTO_REGISTER": "1", **environment},
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()
        assert self.ready.wait(START_S), "\n".join(self.lines)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("ready after"):
                self.ready.set()

    @property
    def environment(self) -> dict[str, str]:
        return {"VOLTWARD_DATA": str(self.data), "VOLTWARD_DEMO": "0"}

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "voltward.entry.cli.main", *arguments], input=stdin,
            capture_output=True, text=True, env={**os.environ, **self.environment}, timeout=120, check=False,
        )  # fmt: skip

    def children(self, name: str) -> list[int]:
        """Process numbers of the children whose command begins with ``name``."""
        assert self.process is not None
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rpartition(")")[2].split()[1])
                command = (path.parent / "cmdline").read_bytes().split(b"\0")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and name.encode() in command:
                found.append(int(path.parent.name))
        return found

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        request = urllib.request.Request(self.web + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None


def until(met: Callable[[], Any], patience_s: float = START_S) -> Any:
    """Ask again until there is an answer: other processes work, and none of them can be waited on."""
    pause, waited = threading.Event(), 0.0
    while not (found := met()):
        assert waited < patience_s, f"not met in {patience_s:.0f} s"
        pause.wait(0.1)
        waited += 0.1
    return found


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    folder = Path(tempfile.mkdtemp(prefix="vw-up-"))
    found = Platform(folder / "data")
    found.start()
    yield found
    if found.process is not None and found.process.poll() is None:
        found.stop()
    shutil.rmtree(folder, ignore_errors=True)
