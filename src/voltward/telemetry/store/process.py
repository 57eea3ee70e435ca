"""A store process as a child: started, asked for its address, stopped or killed.

For benchmarks and tests; the platform itself starts ``voltward store`` under its supervisor.
"""

import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from voltward.base import processor_time
from voltward.telemetry.client import Client, connect

_CODE = (
    "import sys; from pathlib import Path; from voltward.telemetry.store import StoreOptions, run;"
    " run(StoreOptions(Path(sys.argv[1]), sys.stdin.readline().strip(), memory_mb=int(sys.argv[2]),"
    " run_file=Path(sys.argv[3])))"
)


class StoreProcess:
    """The store of ``folder`` in a process of its own, from ``start`` to ``stop`` or ``kill``."""

    def __init__(self, folder: Path, *, memory_mb: int = 4096, token: str = "") -> None:
        self.folder = folder
        self.token = token or secrets.token_urlsafe(24)
        self.url = ""
        self._memory_mb = memory_mb
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> "StoreProcess":
        """Start it and wait until it serves.

        Raises:
            ChildProcessError: it ended instead.
        """
        run_file = self.folder.with_name(f"{self.folder.name}.port")
        run_file.unlink(missing_ok=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _CODE,
                    str(self.folder),
                    str(self._memory_mb),
                    str(run_file),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        # The token is not an argument, for those are seen by everybody on the machine.
        assert self._child.stdin is not None
        with self._child.stdin as pipe:
            pipe.write(f"{self.token}\n".encode())
        while not run_file.exists():
            if self._child.poll() is not None:
                self._child = None
                raise ChildProcessError(f"the store of {self.folder} ended, see {self.log}")
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{int(run_file.read_text())}"
        return self

    @property
    def log(self) -> Path:
        """What the process wrote to its outputs."""
        return self.folder.with_name(f"{self.folder.name}.log")

    def client(self, database: str = "voltward") -> Client:
        return connect(self.url, self.token, database=database)

    def cpu_s(self) -> float:
        """User and system time that the process has used."""
        return processor_time.cpu_s(self.pid)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def kill(self) -> None:
        """As a crash does it: nothing is written, nothing is closed."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """In order; the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.send_signal(number)
        status = self._child.wait()
        self._child = None
        return status

    def __enter__(self) -> "StoreProcess":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
