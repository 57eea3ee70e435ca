"""One TCP connection: it only keeps what arrives; the hub looks at all links together."""

from __future__ import annotations

import asyncio
from enum import IntFlag
from typing import TYPE_CHECKING, cast

from voltward.gateway.answers import HEADER, SHELL
from voltward.gateway.reasons import CloseReason

if TYPE_CHECKING:
    from voltward.gateway.hub import Hub
    from voltward.gateway.session import Session

_WRITE_HIGH_BYTES = 65_536


class Pause(IntFlag):
    """Why a link is not being read; it is read again when no reason is left."""

    NONE = 0
    MEMORY = 1  # the process holds as much as it may
    ANSWERS = 2  # the peer does not read what it was answered
    EARLY = 4  # too much before a login; the next batch decides
    REISSUE = 8  # a backlog waits while the process is behind
    DRAIN = 16  # the process is about to stop


class Link(asyncio.Protocol):
    """``held``: bytes that wait for more; with fewer than ``need`` nothing can be decided.

    ``descriptor``: of the socket, when what is written to it needs no more work; otherwise -1.
    """

    __slots__ = (
        "descriptor",
        "early_bytes",
        "give_up",
        "gone",
        "held",
        "hub",
        "intake",
        "is_admitted",
        "need",
        "pauses",
        "seat",
        "session",
        "transport",
    )

    session: Session
    seat: int
    transport: asyncio.Transport

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.intake = hub.intake
        self.held: bytes | bytearray = b""
        self.need = 1
        self.descriptor = -1
        self.early_bytes = 0
        self.is_admitted = False  # logged in, as of the last batch
        self.give_up = False
        self.gone: CloseReason | None = None
        self.pauses = Pause.NONE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are, without saying so
        self.transport.set_write_buffer_limits(high=_WRITE_HIGH_BYTES)
        if transport.get_extra_info("sslcontext") is None:
            self.descriptor = transport.get_extra_info("socket").fileno()
        self.hub.opened(self, peer_of(transport))

    def data_received(self, data: bytes) -> None:
        intake = self.intake
        intake.buffered_bytes += len(data)
        if not self.is_admitted:
            self._count_early(len(data))
        if self.held:
            self._hold(data)
        else:
            chunks = intake.chunks
            if not chunks:
                intake.begin()
            chunks.append(data)
            intake.seats.append(self.seat)
        if intake.buffered_bytes >= intake.wake_at_bytes:
            intake.full(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.hub.lost(self, CloseReason.PEER if exc is None else CloseReason.RESET)

    def pause_writing(self) -> None:
        self.pause(Pause.ANSWERS)

    def resume_writing(self) -> None:
        self.resume(Pause.ANSWERS)

    def pause(self, why: Pause) -> None:
        if not self.pauses and not self.transport.is_closing():
            self.transport.pause_reading()
        self.pauses |= why

    def resume(self, why: Pause) -> None:
        if not self.pauses & why:
            return
        self.pauses &= ~why
        if not self.pauses and not self.transport.is_closing():
            self.transport.resume_reading()

    def open_descriptor(self) -> int:
        """The socket's, while it is open and the transport has nothing to write; otherwise -1.

        A transport that is closing has given its descriptor back; another link may have it by now.
        """
        transport = self.transport
        if self.gone is not None or transport.is_closing() or transport.get_write_buffer_size():
            return -1
        return self.descriptor

    def hand_over(self) -> None:
        """Everything held goes into the next batch; what is not settled comes back by ``keep``."""
        held = self.held
        self.let_go()
        self.intake.queue(self.seat, held)

    def keep(self, rest: bytes) -> None:
        """``rest`` waits for more. What arrived meanwhile follows it."""
        self.held = rest
        self.intake.held_bytes += len(rest)
        self.need = needed(rest)

    def let_go(self) -> None:
        """Hold nothing: the bytes are kept elsewhere, and counted there."""
        self.intake.held_bytes -= len(self.held)
        self.held = b""

    def _hold(self, data: bytes) -> None:
        held = self.held
        self.intake.held_bytes += len(data)
        if type(held) is bytearray:
            held += data
        else:
            self.held = held = bytearray(held) + data
        if len(held) >= self.need:
            self.hand_over()

    def _count_early(self, count: int) -> None:
        self.early_bytes += count
        if self.early_bytes > self.hub.house.limits.pre_login_bytes:
            self.pause(Pause.EARLY)
            self.hand_over()


def needed(held: bytes) -> int:
    """How many bytes must be there before what ``held`` begins with can be decided."""
    if len(held) < 2:
        return len(held) + 1
    if len(held) < HEADER:
        return HEADER
    return SHELL + int.from_bytes(held[22:24], "big")


def peer_of(transport: asyncio.BaseTransport) -> str:
    """``HOST:PORT`` of the other end, IPv6 in brackets."""
    name = transport.get_extra_info("peername")
    if not name:
        return ""
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{host}:{name[1]}"
