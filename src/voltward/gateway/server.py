"""One gateway process: journal, sessions, listeners, metrics, and a clean end."""

from __future__ import annotations

import asyncio
import errno
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog
import uvloop
from prometheus_client import start_http_server

from voltward.base.clock import Clock, SystemClock
from voltward.gateway.config import GatewayConfig
from voltward.gateway.descriptors import fitted
from voltward.gateway.house import House
from voltward.gateway.hub import Hub
from voltward.gateway.kernels.warm import warm
from voltward.gateway.key_ring import key_ring
from voltward.gateway.link import Link
from voltward.gateway.listeners import BACKLOG, listening, tls_context
from voltward.gateway.metrics import FiguresCollector, gauges_of
from voltward.gateway.register import Register
from voltward.gateway.roster import Roster
from voltward.gateway.side_log import SIDE_SEGMENT_BYTES, SideLog, SideLogs
from voltward.gateway.timed_files import TimedFiles
from voltward.gateway.watch import Watch
from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.files import Files
from voltward.journal.writer import JournalOptions, JournalWriter

log = structlog.get_logger(__name__)

_PATIENCE_S = 2.0  # for each step of the end; two of them close every link: under 5 s (R9)
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_Opened = TypeVar("_Opened")


@dataclass(frozen=True, slots=True)
class Ready:
    """The process takes frames now; ports as they were given, for those asked as 0."""

    port: int
    tls_port: int | None
    metrics_port: int | None


ReadyCallback = Callable[[Ready], None]


def run(
    config: GatewayConfig, ready: ReadyCallback | None = None, files: Files | None = None
) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status, 1 after a fault or on a hanging disk.

    Raises:
        BadSetting: an address or TLS file that cannot be used.
        JournalLocked: another process writes this journal stream.
    """
    return uvloop.run(serve(fitted(config), ready, files=files))


async def serve(
    config: GatewayConfig,
    ready: ReadyCallback | None = None,
    *,
    files: Files | None = None,
    clock: Clock | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """The process as a coroutine; ``stop`` ends it like SIGTERM does. Raises like ``run``."""
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    clock = clock or SystemClock()
    warm()
    with ExitStack() as stack:
        timed = TimedFiles() if files is None else files
        journal = await _had(lambda: _journal(config, timed, clock), config.retry_every_s, stop)
        if journal is None:
            return 1
        stack.callback(_give_back, journal)
        roster = await _had(
            lambda: Roster(config.run_folder, config.stream, clock), config.retry_every_s, stop
        )
        if roster is None:
            return 1
        stack.callback(roster.close)
        register = Register(clock, auto_register=config.auto_register, own_wmi=config.own_wmi)
        keys = key_ring(config.keys)
        house = House(clock, register, roster, config.limits, config.answer_realtime, keys)
        hub = Hub(config, house, journal)
        hub.logs = SideLogs(
            await _side_log(config, config.security_stream, stack, clock, stop),
            await _side_log(config, config.downlink_stream, stack, clock, stop),
        )
        stack.callback(hub.close, _PATIENCE_S)
        if isinstance(timed, TimedFiles):
            timed.observe = hub.figures.sync_s.observe
        return await _serve(hub, ready, stop, stack)


async def _serve(
    hub: Hub, ready: ReadyCallback | None, stop: asyncio.Event, stack: ExitStack
) -> int:
    watch = Watch(hub)
    await watch.keys()
    await watch.registry()
    hub.side.event(0, "start", stream=hub.config.stream)
    hub.arm()
    servers, state = await _listen(hub, stack)
    log.info("gateway_ready", stream=hub.config.stream, port=state.port, tls_port=state.tls_port)
    if ready is not None:
        ready(state)
    watching = hub.loop.create_task(watch.run())
    stopping = hub.loop.create_task(stop.wait())
    await asyncio.wait((stopping, watching, hub.crashed), return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.close()
    status = 0 if stopping.done() else 1
    stopping.cancel()
    watching.cancel()
    if hub.crashed.done():
        await _abandon(hub)
    else:
        hub.side.event(0, "stop", stream=hub.config.stream)
        is_ended = await hub.drain(_PATIENCE_S)
        status = status if is_ended and not hub.crashed.done() else 1
    for task in (watching, hub.crashed):
        if task.done() and not task.cancelled() and task.exception() is not None:
            log.critical("gateway_fault", exc_info=task.exception())
    log.info("gateway_stopped", stream=hub.config.stream, status=status)
    return status


async def _abandon(hub: Hub) -> None:
    """After a fault nothing more is taken or answered: the vehicles come back to a new process."""
    for link in list(hub.links.values()):
        link.transport.abort()
    await asyncio.sleep(0)  # the loop tells each protocol that its connection is lost


async def _listen(hub: Hub, stack: ExitStack) -> tuple[list[asyncio.Server], Ready]:
    """All listeners at once, or none.

    Raises:
        BadSetting: an address or TLS file that cannot be used.
    """
    config = hub.config
    context = tls_context(config.tls) if config.tls else None
    plain = listening(config.listen)
    stack.callback(plain.close)
    port, tls_port = plain.getsockname()[1], None
    servers = [await hub.loop.create_server(lambda: Link(hub), sock=plain, backlog=BACKLOG)]
    if config.tls is not None:
        secured = listening(config.tls.listen)
        stack.callback(secured.close)
        tls_port = secured.getsockname()[1]
        patience_s = config.limits.login_deadline_s
        servers.append(
            await hub.loop.create_server(
                lambda: Link(hub),
                sock=secured,
                ssl=context,
                ssl_handshake_timeout=patience_s,
                backlog=BACKLOG,
            )
        )
    return servers, Ready(port, tls_port, _metrics(hub, stack))


def _metrics(hub: Hub, stack: ExitStack) -> int | None:
    wanted = hub.config.metrics_port
    if wanted is None:
        return None
    registry = hub.figures.registry
    registry.register(FiguresCollector(hub.figures, lambda: gauges_of(hub)))
    server, thread = start_http_server(wanted, addr="127.0.0.1", registry=registry)
    stack.callback(thread.join)
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return int(server.server_address[1])


async def _had(
    opening: Callable[[], _Opened], retry_every_s: float, stop: asyncio.Event
) -> _Opened | None:
    """What ``opening`` gives; on a full or broken disk, as soon as it can be had (R5).

    None: stopped before.
    """
    while not stop.is_set():
        try:
            return opening()
        except (JournalFull, JournalBroken) as error:
            log.critical("not_serving", code=error.code, detail=str(error))
        except OSError as error:
            if error.errno not in _NO_SPACE:
                raise
            log.critical("not_serving", code="disk_full", detail=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), retry_every_s)
    return None


def _journal(config: GatewayConfig, files: Files, clock: Clock) -> JournalWriter:
    options = JournalOptions(
        config.segment_bytes, config.segment_age_s, reserve_share=config.reserve_pct / 100
    )
    config.run_folder.mkdir(parents=True, exist_ok=True)
    return JournalWriter(config.journal, config.stream, options, files, clock)


async def _side_log(
    config: GatewayConfig, stream: str, stack: ExitStack, clock: Clock, stop: asyncio.Event
) -> SideLog | None:
    """A small stream beside that of the frames; None: stopped before the disk had room for it."""
    options = JournalOptions(SIDE_SEGMENT_BYTES, config.segment_age_s)
    journal = await _had(
        lambda: JournalWriter(config.journal, stream, options, clock=clock),
        config.retry_every_s,
        stop,
    )
    if journal is None:
        return None
    stack.callback(_give_back, journal)
    side = SideLog(journal, config.retry_every_s, stream)
    stack.callback(side.close, _PATIENCE_S)
    return side


def _give_back(journal: JournalWriter) -> None:
    """Close the journal; on a disk that hangs only the end of the process does."""
    closing = threading.Thread(target=journal.close, name="closing", daemon=True)
    closing.start()
    closing.join(_PATIENCE_S)


def _stop_on_signals(stop: asyncio.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
