"""The ``voltward store`` process: own the folder, serve it, go down in order."""

import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import structlog

from voltward.telemetry.store.engine import Engine, Limits
from voltward.telemetry.store.maintenance import Maintenance
from voltward.telemetry.store.server import StoreServer

_log = structlog.get_logger("voltward.store")
DRAIN_S = 20.0


@dataclass(frozen=True)
class StoreOptions:
    """How the store process runs. ``port`` 0: a free one, written to ``run_file``."""

    folder: Path
    token: str
    host: str = "127.0.0.1"
    port: int = 0
    memory_mb: int = 4096
    run_file: Path | None = None
    maintenance_every_s: float = 60.0


def serve(
    folder: Path,
    host: str,
    port: int,
    token: str,
    memory_mb: int,
    run_file: Path | None = None,
) -> None:
    """Serve ``folder`` until SIGTERM or SIGINT; see ``StoreOptions``."""
    run(StoreOptions(folder, token, host, port, memory_mb, run_file))


def run(options: StoreOptions) -> None:
    """Serve until SIGTERM or SIGINT: running queries get 20 s to end, then the data is closed.

    Raises:
        StoreInUse: another process owns the folder.
        ValueError: an empty token.
    """
    if not options.token:
        raise ValueError("the store needs a token; an empty one would admit everybody")
    engine = Engine(options.folder, Limits(memory_mb=options.memory_mb))
    try:
        server = StoreServer(options.host, options.port, engine, options.token)
    except OSError:
        engine.close()
        raise
    maintenance = Maintenance(engine, options.maintenance_every_s)
    port = int(server.server_address[1])

    def stop(signum: int, _frame: object) -> None:
        _log.info("store stops", signal=signal.Signals(signum).name)
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    maintenance.start()
    if options.run_file is not None:
        _write_port(options.run_file, port)
    _log.info("store serves", folder=str(options.folder), host=options.host, port=port)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        if options.run_file is not None:
            options.run_file.unlink(missing_ok=True)
        _go_down(server, maintenance, engine)


def _go_down(server: StoreServer, maintenance: Maintenance, engine: Engine) -> None:
    idle = server.drain(DRAIN_S)
    if not (maintenance.stop(DRAIN_S) and idle):
        # Cutting them off is what a crash would do, which the store survives; closing the data
        # under them is not.
        _log.warning("store stops with work running", queries=server.running)
        sys.stdout.flush()
        os._exit(0)
    server.server_close()
    engine.close()


def _write_port(run_file: Path, port: int) -> None:
    """Readers see the whole number or no file."""
    run_file.parent.mkdir(parents=True, exist_ok=True)
    fresh = run_file.with_name(f"{run_file.name}.{os.getpid()}")
    fresh.write_text(f"{port}\n")
    fresh.replace(run_file)
