"""Servers to be measured, each in a process of its own on one core, and what they cost."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import structlog

from voltward.gateway.config import GatewayConfig
from voltward.gateway.load.bare import run_bare
from voltward.gateway.server import Ready
from voltward.gateway.server import run as run_gateway
from voltward.gateway.timed_files import TimedFiles

Kind = Literal["bare", "gateway", "slow disk"]


class SlowFiles(TimedFiles):
    """A disk whose sync takes 5 ms longer, as many real ones do."""

    def sync_data(self, handle: int) -> None:
        time.sleep(0.005)
        super().sync_data(handle)


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves on ``port``."""

    port: int
    pid: int

    def resident_kib(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise ProcessLookupError(self.pid)


@contextmanager
def serving(kind: Kind, journal: Path, core: int) -> Iterator[Server]:
    """A server on ``core`` until the block ends; what it wrote is gone afterwards."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(kind, journal, core, there), daemon=True)
    process.start()
    there.close()
    try:
        port = here.recv()
        yield Server(port, process.pid or 0)
    finally:
        process.terminate()
        process.join(10)
        process.kill()
        shutil.rmtree(journal / kind, ignore_errors=True)


def _child(kind: Kind, journal: Path, core: int, pipe: Connection) -> None:
    os.sched_setaffinity(0, {core})
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if kind == "bare":
        run_bare(pipe.send)
        return
    config = GatewayConfig(
        journal / kind, listen="127.0.0.1:0", auto_register=True, answer_realtime="always"
    )

    def ready(state: Ready) -> None:
        pipe.send(state.port)

    run_gateway(config, ready, SlowFiles() if kind == "slow disk" else None)
