"""One process under supervision: its command, its log, its restarts."""

import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

RESTART_WAIT_S = (0.5, 1.0, 2.0, 5.0, 10.0)  # after the 1st, 2nd ... death in a row
STEADY_S = 60.0  # a run this long forgets earlier deaths
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """``name`` is the log's name; ``arguments`` follow ``voltward``.

    Children of one ``stage`` stop together; higher stages stop first. One with ``can_wait_s`` leaves
    the cores to the others while they start: until the pages answer, at most that long.
    """

    name: str
    arguments: tuple[str, ...]
    stage: int = 0
    stop_wait_s: float = 20.0
    environment: dict[str, str] = field(default_factory=dict)
    metrics_port: int = 0
    can_wait_s: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    deaths: int = 0
    restart_at_s: float = 0.0

    def start(self, log_folder: Path, now_s: float) -> None:
        log_folder.mkdir(parents=True, exist_ok=True)
        with (log_folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "voltward.entry.cli.main", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self.started_s = now_s

    def died(self, now_s: float) -> int | None:
        """The exit status when it has just ended by itself; plans the restart."""
        if self.process is None:
            return None
        status = self.process.poll()
        if status is None:
            return None
        self.process = None
        self.deaths = 1 if now_s - self.started_s > STEADY_S else self.deaths + 1
        self.restart_at_s = now_s + RESTART_WAIT_S[min(self.deaths, len(RESTART_WAIT_S)) - 1]
        return status

    def due(self, now_s: float) -> bool:
        return self.process is None and now_s >= self.restart_at_s

    def ask_to_stop(self) -> None:
        """SIGTERM; ``stopped`` waits for the end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stopped(self) -> bool:
        """Wait ``stop_wait_s`` for the end, then SIGKILL; False when it had to be killed."""
        if self.process is None or self.process.poll() is not None:
            return True
        try:
            self.process.wait(self.stop_wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


def _die_with_parent() -> None:
    """A supervisor killed outright takes its children along; no orphan keeps the ports."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
