"""``voltward simulate platform``: listen until told to stop, and say each second what came in."""

import asyncio
import signal
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from voltward.frames.gbt45688.results import HAZARD_FEEDBACK
from voltward.frames.grammar import Choice
from voltward.simulator.platform.book import Book
from voltward.simulator.platform.door import Door
from voltward.simulator.platform.platform import Platform
from voltward.simulator.platform.server import PlatformServer

_EACH_S: Final = 1.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listening:
    """``feedback``: VINs to which SIGUSR1 sends a hazard feedback of "normal" (0x90).

    ``closed``: a file that keeps the platform closed for as long as it is there. ``on_port`` is told
    the port at each opening.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    feedback: Sequence[str] = ()
    stop_after_s: float | None = None
    closed: Path | None = None
    on_port: Callable[[int], None] = lambda _port: None


def run(platform: Platform, where: Listening, on_line: Progress) -> str:
    """Serve until SIGINT, SIGTERM or ``stop_after_s``; returns the last line of figures.

    Raises:
        OSError: the address cannot be had.
    """
    return uvloop.run(_run(platform, where, on_line))


async def _run(platform: Platform, where: Listening, on_line: Progress) -> str:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    server = PlatformServer(platform)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: _tell(server, where.feedback))

    def opened(is_open: bool) -> None:
        host, port = server.address
        on_line(f"listening on {host}:{port}" if is_open else "closed")
        if is_open:
            where.on_port(port)

    door = Door(server, (where.host, where.port), where.tls, where.closed, opened)
    await door.look()
    lines = Lines(platform.book)
    ends_at_s = loop.time() + (where.stop_after_s or float("inf"))
    try:
        while not stopping.is_set() and loop.time() < ends_at_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), min(_EACH_S, ends_at_s - loop.time()))
            await door.look()
            on_line(lines.line(loop.time()))
    finally:
        await server.stop()
        platform.book.close()
    return lines.line(loop.time())


def _tell(server: PlatformServer, vins: Sequence[str]) -> None:
    normal = {each.name: "normal" for each in HAZARD_FEEDBACK if isinstance(each, Choice)}
    for vin in vins:
        server.feedback(vin, normal)


class Lines:
    """Figures of a platform as lines, each with the frames a second since the line before."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._before = (0.0, 0)

    def line(self, now_s: float) -> str:
        """``now_s``: seconds of a clock that never runs backwards."""
        figures = self._book.figures
        then_s, frames = self._before
        self._before = (now_s, figures.frames)
        per_s = (figures.frames - frames) / max(now_s - then_s, 1e-9)
        flags = " ".join(f"{flag:02x}:{count}" for flag, count in sorted(figures.flags.items()))
        return (
            f"links {figures.linked}  frames {figures.frames} ({per_s:.0f}/s)"
            f"  accepted {figures.accepted}  refused {figures.refused}"
            f"  twice {figures.duplicates}  out of order {figures.out_of_order}"
            f"  vehicles {self._book.vehicles}"
            f"  logins {figures.logins} (refused {figures.logins_refused})"
            f"  withheld {figures.answers_withheld}  flags {flags or '-'}"
        )
