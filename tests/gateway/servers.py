"""Real gateways for tests: in a thread of this process, or in one of their own to be killed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog
import uvloop
from tests.gateway.car import Said, said

from voltward.gateway.config import GatewayConfig
from voltward.gateway.kernels.warm import warm
from voltward.gateway.reasons import RecordKind
from voltward.gateway.server import Ready, run, serve
from voltward.journal.files import Files, OsFiles
from voltward.journal.reader import JournalReader

PATIENCE_S = 20.0
Build = Callable[[], None]


def quiet_log() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@dataclass
class Running:
    """A gateway in a thread."""

    config: GatewayConfig
    files: Files | None = None
    state: Ready | None = None
    status: int | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stop: asyncio.Event | None = None
    _is_up: threading.Event = field(default_factory=threading.Event)
    _fault: BaseException | None = None

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    def start(self) -> Running:
        self._thread.start()
        assert self._is_up.wait(PATIENCE_S)
        if self._fault is not None:
            raise self._fault
        return self

    def stop(self) -> int | None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.status

    @property
    def port(self) -> int:
        assert self.state is not None
        return self.state.port

    def metrics(self) -> str:
        assert self.state is not None
        url = f"http://127.0.0.1:{self.state.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
            return str(page.read().decode())

    def figure(self, line: str) -> float:
        """The value of one metric line, named with its labels."""
        for each in self.metrics().splitlines():
            if each.startswith(f"voltward_gateway_{line} "):
                return float(each.rpartition(" ")[2])
        return 0.0

    def _run(self) -> None:
        try:
            self.status = uvloop.run(self._serve())
        except BaseException as error:
            self._fault = error
        finally:
            self._is_up.set()

    async def _serve(self) -> int:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        return await serve(self.config, self._ready, files=self.files, stop=self._stop)

    def _ready(self, state: Ready) -> None:
        self.state = state
        self._is_up.set()


class Gated(OsFiles):
    """Syncs of content wait until they are let through."""

    def __init__(self) -> None:
        self.waiting = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def sync_data(self, handle: int) -> None:
        self.waiting.set()
        assert self.gate.wait(PATIENCE_S)
        super().sync_data(handle)


def config_for(journal: Path, **facts: Any) -> GatewayConfig:
    """Everybody may log in, data is answered, a free port; ``facts`` differ."""
    base = GatewayConfig(
        journal,
        listen="127.0.0.1:0",
        auto_register=True,
        answer_realtime="always",
        metrics_port=0,
        retry_every_s=0.05,
        reserve_pct=0.0,
        commit_every_ms=5.0,
    )
    return replace(base, **facts)


@contextmanager
def gateway(journal: Path, files: Files | None = None, **facts: Any) -> Iterator[Running]:
    quiet_log()
    warm()  # here, since a first compilation may outlast any patience
    running = Running(config_for(journal, **facts), files).start()
    try:
        yield running
    finally:
        running.stop()


class Phone:
    """A terminal's socket, spoken through in plain steps."""

    def __init__(self, port: int, connection: socket.socket | None = None) -> None:
        self.socket = connection or socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(PATIENCE_S)

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def sends(self, *frames: bytes) -> None:
        self.socket.sendall(b"".join(frames))

    def hears(self) -> Said:
        """The next answer."""
        header = self._exactly(24)
        return said(header + self._exactly(int.from_bytes(header[22:24], "big") + 1))

    def asks(self, data: bytes) -> Said:
        self.sends(data)
        return self.hears()

    def hears_nothing_yet(self) -> bool:
        """No byte is there at this moment."""
        self.socket.setblocking(False)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(PATIENCE_S)
        return False

    def is_hung_up_on(self) -> bool:
        """Waits until the other end closes; answers on the way are passed over."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionError:
            return True
        return True

    def vanishes(self) -> None:
        """Gone without a word, like a terminal whose power is cut."""
        tcp_repair = 19
        self.socket.setsockopt(socket.IPPROTO_TCP, tcp_repair, 1)
        self.socket.close()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionResetError("hung up")
            data += more
        return data


def records(journal: Path, stream: str = "gateway-0") -> list[tuple[RecordKind, int, bytes]]:
    """Every durable record of a stream: kind, link, payload."""
    reader = JournalReader(journal)
    found, position = [], None
    while True:
        block = reader.read(position, stream, 1 << 24)
        for place in range(len(block.kinds)):
            data = block.buffer[block.offsets[place] : block.offsets[place + 1]].tobytes()
            found.append((RecordKind(block.kinds[place]), int(block.links[place]), data))
        if len(block.kinds) == 0:
            return found
        position = block.next


def frames(journal: Path, stream: str = "gateway-0") -> list[bytes]:
    return [data for kind, _, data in records(journal, stream) if kind == RecordKind.FRAME]


def events(journal: Path, name: str, stream: str = "gateway-0") -> list[dict[str, Any]]:
    found = [
        json.loads(data) for kind, _, data in records(journal, stream) if kind == RecordKind.EVENT
    ]
    return [event for event in found if event["event"] == name]


def eventually(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> Any:
    """The first true value of a condition that something else will bring about."""
    pause = threading.Event()
    for _ in range(int(patience_s / 0.02)):
        value = condition()
        if value:
            return value
        pause.wait(0.02)
    raise AssertionError("it never came about")


@dataclass
class Process:
    """A gateway in a process of its own, made from a warm parent so that it starts quickly."""

    config: GatewayConfig
    build: Build | None = None

    def start(self) -> Process:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.gateway.servers"])
        here, there = context.Pipe(duplex=False)
        arguments = (self.config, self.build, there)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        there.close()
        assert here.poll(PATIENCE_S)
        self.port: int = here.recv()
        here.close()
        return self

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def terminate(self) -> int | None:
        self._end(signal.SIGTERM)
        return self._process.exitcode

    def _end(self, number: signal.Signals) -> None:
        pid = self._process.pid
        assert pid is not None
        os.kill(pid, number)
        self._process.join(PATIENCE_S)
        assert not self._process.is_alive()


def _serve(config: GatewayConfig, build: Build | None, pipe: Connection) -> None:
    quiet_log()
    if build is not None:
        build()
    raise SystemExit(run(config, lambda state: pipe.send(state.port)))
