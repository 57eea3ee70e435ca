"""The ``voltward processor`` process: follow the journal until told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import Event, Thread

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from voltward.base.clock import Clock, SystemClock
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import DECODE, Decoder
from voltward.telemetry.ingest.processor import Processor, Tap
from voltward.telemetry.ingest.quarantine import Quarantine
from voltward.telemetry.ingest.sink import Sink, StoreSink
from voltward.telemetry.ingest.state import RebuildInterrupted, only_one

_log = structlog.get_logger("voltward.processor")
Beside = Callable[[Event, CollectorRegistry], None]


def run(
    config: ProcessorConfig,
    connect: Callable[[], Client],
    *,
    cluster: str = "",
    taps: Sequence[Tap] = (),
    ready: Callable[[], None] | None = None,
    beside: Sequence[Beside] = (),
) -> None:
    """Work until SIGTERM or SIGINT; the plan in hand is finished first if the store is there.

    ``connect`` is asked again after every failure. ``ready`` is called once before the first
    frame. The journal folder and the store need not exist yet. ``beside``: what else follows the
    journal in this process, each in a thread of its own, until its event is set; should one end by
    a fault, the process ends too.

    Raises:
        ProcessorRuns: another process works under this name.
        StateDamaged: the state file is not what a processor wrote.
        RebuildInterrupted: the store lacks rows that only a rebuild brings.
    """
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sink = StoreSink(connect, cluster)
    with opened(config, sink, taps=taps) as processor:
        if config.metrics_port is not None:
            server, _ = start_http_server(
                config.metrics_port, "127.0.0.1", processor.metrics.registry
            )
            _log.info("metrics", port=server.server_port)
        if ready is not None:
            ready()
        _log.info("processor follows", journal=str(config.journal), name=config.name)
        with _running(beside, processor, stopping):
            processor.run(stopping)
        _log.info("processor stops", totals=dict(processor.state.totals))
    sink.close()


@contextmanager
def _running(beside: Sequence[Beside], processor: Processor, stopping: Event) -> Iterator[None]:
    def ending_all(work: Beside) -> None:
        try:
            work(stopping, processor.metrics.registry)
        finally:
            stopping.set()

    threads = [Thread(target=ending_all, args=(work,)) for work in beside]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


@contextmanager
def opened(
    config: ProcessorConfig,
    sink: Sink,
    *,
    decoder: str = DECODE,
    clock: Clock | None = None,
    taps: Sequence[Tap] = (),
    rebuilding: bool = False,
) -> Iterator[Processor]:
    """A processor with all it needs, closed at the end.

    ``rebuilding``: by a rebuild, which holds the locks of all processors.

    Raises:
        ProcessorRuns, StateDamaged, RebuildInterrupted: see ``run``.
    """
    clock = clock or SystemClock()
    config.journal.mkdir(parents=True, exist_ok=True)
    with (
        nullcontext() if rebuilding else _permitted(config),
        JournalReader(config.journal, keys=config.journal_keys) as reader,
        _quarantine(config, clock) as quarantine,
    ):
        yield Processor(
            config,
            sink,
            reader,
            quarantine,
            decoder=Decoder(config.vehicle_key, decoder),
            clock=clock,
            taps=taps,
        )


@contextmanager
def _permitted(config: ProcessorConfig) -> Iterator[None]:
    """Under the lock, so that no rebuild begins between the look and the work."""
    with only_one(config.lock_file):
        if config.rebuild_file.exists():
            raise RebuildInterrupted(
                f"{config.rebuild_file}: run `voltward rebuild` to its end first"
            )
        yield


@contextmanager
def _quarantine(config: ProcessorConfig, clock: Clock) -> Iterator[Quarantine]:
    """The writer is opened by the first frame that needs it: most processors never do."""
    quarantine = Quarantine(
        lambda: JournalWriter(config.journal, config.quarantine_stream, clock=clock)
    )
    try:
        yield quarantine
    finally:
        quarantine.close()
