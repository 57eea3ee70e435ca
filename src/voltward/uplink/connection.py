"""The TCP or TLS connection to a platform; its news are picked up by the link's own loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Final, cast

from voltward.uplink.links import Link

CONNECT_WAIT_S: Final = 10.0
HIGH_WATER: Final = 1 << 20  # bytes that wait for the socket before sending stops
_KEEPALIVE = (  # a dead peer is noticed within 60 s + 3 probes of 10 s
    (socket.TCP_KEEPIDLE, 60),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 3),
    (socket.TCP_USER_TIMEOUT, 60_000),
    (socket.TCP_NODELAY, 1),
)


class Connection(asyncio.Protocol):
    """``received``: bytes not looked at yet; ``lost``: why it ended, None while it lives."""

    def __init__(self, wake: asyncio.Event) -> None:
        self._wake = wake
        self._transport: asyncio.Transport | None = None
        self.received: list[bytes] = []
        self.lost: str | None = None
        self.is_writable = True

    @property
    def is_open(self) -> bool:
        return self._transport is not None and self.lost is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        made = cast(asyncio.Transport, transport)  # uvloop's own kind is no subclass
        made.set_write_buffer_limits(high=HIGH_WATER)
        endpoint = made.get_extra_info("socket")
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            endpoint.setsockopt(socket.IPPROTO_TCP, option, value)
        self._transport = made
        self._wake.set()

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        self._wake.set()

    def pause_writing(self) -> None:
        self.is_writable = False

    def resume_writing(self) -> None:
        self.is_writable = True
        self._wake.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = str(exc) if exc else "closed by the platform"
        self._wake.set()

    def write(self, parts: Sequence[bytes]) -> None:
        if parts and self._transport is not None and self.lost is None:
            self._transport.writelines(parts)

    def close(self) -> None:
        """Send what waits, then end."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def connect(link: Link, wake: asyncio.Event) -> Connection:
    """
    Raises:
        OSError, ssl.SSLError, TimeoutError: not to be had now, or its certificate proves nothing.
    """
    loop = asyncio.get_running_loop()
    context = tls_context(link) if link.tls else None
    connection = Connection(wake)
    opening = loop.create_connection(
        lambda: connection,
        link.host,
        link.port,
        ssl=context,
        server_hostname=link.host if context else None,
    )
    await asyncio.wait_for(opening, CONNECT_WAIT_S)
    return connection


def tls_context(link: Link) -> ssl.SSLContext:
    """TLS 1.2 or 1.3; the platform's name is proved by the link's own CA, or the system's.

    Raises:
        ssl.SSLError: the CA is none.
    """
    context = ssl.create_default_context(cadata=link.ca_pem or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
