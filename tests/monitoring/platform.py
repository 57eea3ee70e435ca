"""A small real platform for browsers: PostgreSQL, the store's process, the web's, and one car."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
from tests.monitoring import car

from voltward.base.vehicle_id import installation_key
from voltward.columns.batch import FrameBatch
from voltward.entry.postgres import EmbeddedPostgres
from voltward.entry.secret_files import secret_text
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest import session_events
from voltward.telemetry.schema import migrate
from voltward.telemetry.store.process import StoreProcess

VIN = "LTESTVFH6KV190709"  # the car that may burn
SILENT_VIN = "LVVDB11B0RE000001"
LONG_NAME = "示例超长续航四驱旗舰版新能源多用途乘用车二零二六款冬季增强型号测试用车四十字名称"
CELLS = 48
FALLEN = (32, 41)  # cells that collapse at the end


@dataclass
class SmallPlatform:
    """``now``: when the car's last frame was collected; 40 minutes before it come its first.

    ``environment``: of the office's commands.
    """

    address: str
    login: str
    password: str
    store: StoreProcess
    vehicle_key: bytes
    now: datetime
    environment: dict[str, str]
    reported: int = 0

    def put(self, *frames: bytes) -> None:
        client = self.store.client()
        car.store(client, *frames, key=self.vehicle_key)
        client.close()

    def report(self, **more: object) -> None:
        """One more frame of the car, a second behind the one before."""
        self.reported += 1
        at = self.now + timedelta(seconds=self.reported)
        self.put(_calm(at, **more))


def calm() -> list[float | None]:
    return [3.9 + 0.001 * (number % 5) for number in range(CELLS)]


def burning() -> list[float | None]:
    cells = calm()
    cells[FALLEN[0] - 1], cells[FALLEN[1] - 1], cells[7] = 1.987, 3.133, None
    return cells


def forty_minutes(now: datetime) -> list[bytes]:
    """Every ten seconds, silent for ten minutes in the middle, the fire in the last minute."""
    frames = []
    for seconds in range(-2400, 1, 10):
        if -1500 < seconds < -900:
            continue
        at = now + timedelta(seconds=seconds)
        frames.append(_fire(at) if seconds > -60 else _calm(at))
    return frames


def _calm(at: datetime, **more: object) -> bytes:
    values = {"insulation_kohm": 1000, "dcdc": None, **more}
    return car.report(VIN, at, cells=calm(), probes=(25, 26, 29), **values)  # type: ignore[arg-type]


def _fire(at: datetime) -> bytes:
    return car.report(
        VIN,
        at,
        cells=burning(),
        probes=(25, 26, 109),
        level=3,
        flags=1 << 11,
        insulation_kohm=16,
        dcdc=None,
    )


@contextmanager
def small_platform() -> Iterator[SmallPlatform]:
    """Up and filled; gone afterwards."""
    data = Path(tempfile.mkdtemp(prefix="vw-"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "VOLTWARD_DATA": str(data),
        "VOLTWARD_DEMO": "1",
        "VOLTWARD_WEB": f"127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "voltward.entry.settings",
    }
    (data / "run").mkdir()
    # the store's folder lies where its port file then is the one that the web process reads
    store = StoreProcess(
        data / "run" / "store", memory_mb=1000, token=secret_text(data, "store.token")
    )
    try:
        with EmbeddedPostgres(data, durable=False), store:
            login, password = _office(environment)
            key = installation_key(data / "secrets" / "vehicle_id.key")
            now = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=60)
            made = SmallPlatform(
                f"http://127.0.0.1:{port}", login, password, store, key, now, environment
            )
            _fill(made, data)
            command = [sys.executable, "-m", "uvicorn", "voltward.entry.asgi:application"]
            with subprocess.Popen(
                [*command, "--port", str(port), "--log-level", "error", "--timeout-graceful-shutdown", "1"],
                env=environment,
            ) as web:  # fmt: skip
                try:
                    _wait_for(f"{made.address}/login/")
                    yield made
                finally:
                    web.terminate()
    finally:
        shutil.rmtree(data)


def _office(environment: dict[str, str]) -> list[str]:
    code = (
        "import django; django.setup(); from django.core.management import call_command as run;"
        f"run('migrate', verbosity=0);"
        f" run('demo_setup', '{VIN},示例轿跑,NCM', '{SILENT_VIN},{LONG_NAME}')"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, env=environment, capture_output=True
    )
    return said.stdout.decode().strip().split(" / ")


def _fill(made: SmallPlatform, data: Path) -> None:
    frames = forty_minutes(made.now)
    client = made.store.client()
    migrate(client)
    session_events.create(client)
    client.close()
    made.put(*frames)
    batch = FrameBatch.of(frames[-20:])
    (data / "journal").mkdir()
    journal = JournalWriter(data / "journal", "gateway-0")
    received = int(datetime.now(UTC).timestamp() * 1e9) - 10**9 * np.arange(20, 0, -1)
    journal.append_many(
        batch.buffer, batch.offsets, np.ones(20, np.uint8), np.ones(20, np.uint32),
        received.astype(np.int64),
    )  # fmt: skip
    journal.commit()
    journal.close()


def _wait_for(address: str) -> None:
    pause = Event()
    for _ in range(1200):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            pause.wait(0.05)
    raise AssertionError(f"{address} never answered")
