"""Gateway, processor and store as processes on free ports, for tests of the whole path."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.telemetry.client import Client

_PATIENCE_S = 300.0


@dataclass(frozen=True)
class Platform:
    """A running platform in ``folder``."""

    folder: Path
    address: tuple[str, int]

    @property
    def settings(self) -> Settings:
        return Settings(data=self.folder)

    def client(self) -> Client:
        return places.store_client(self.settings)

    def vehicle_id(self, vin: str) -> int:
        return vehicle_id(vin, places.vehicle_key(self.settings))

    def wait_for_rows(self, vin: str, rows: int) -> None:
        """Until the store holds as many rows of the vehicle; fails after five minutes."""
        until = time.monotonic() + _PATIENCE_S
        found: object = None
        while time.monotonic() < until:
            found = self._rows(vin)
            if found == rows:
                return
            time.sleep(0.2)  # between two questions to another process
        raise AssertionError(f"{vin}: found {found} rows, expected {rows}")

    def _rows(self, vin: str) -> object:
        query = f"SELECT count() FROM rows WHERE vehicle_id = {self.vehicle_id(vin)}"
        try:
            return self.client().query(query).result_rows[0][0]
        except Exception as error:  # the store may still be starting
            return error


@contextmanager
def whole_platform(folder: Path) -> Iterator[Platform]:
    """Start everything that a frame passes, every VIN admitted; stop it all at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {
        **os.environ,
        "VOLTWARD_DATA": str(folder),
        "VOLTWARD_AUTO_REGISTER": "1",
        "VOLTWARD_GATEWAY": f"127.0.0.1:{port}",
        "VOLTWARD_METRICS_PORT": "0",
    }
    voltward = Path(sys.executable).with_name("voltward")
    folder.mkdir(parents=True, exist_ok=True)
    processes = []
    for name in ("store", "processor", "gateway"):
        with (folder / f"{name}.log").open("wb") as log:
            processes.append(
                subprocess.Popen([voltward, name], env=environment, stdout=log, stderr=log)
            )
    try:
        yield Platform(folder, ("127.0.0.1", port))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
