"""Listening sockets: shared port, keepalive, and TLS when asked for."""

from __future__ import annotations

import socket
import ssl

from voltward.base.errors import BadSetting
from voltward.gateway.config import Tls, address

BACKLOG = 4096  # R24: a fleet may come back at once
# R14: a dead peer is noticed within 60 s + 3 probes of 10 s; accepted sockets inherit all of it
_TCP_OPTIONS = (
    (socket.TCP_KEEPIDLE, 60),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 3),
    (socket.TCP_USER_TIMEOUT, 30_000),
    (socket.TCP_NODELAY, 1),
)


def listening(text: str) -> socket.socket:
    """A socket on ``HOST:PORT`` that several processes may share (SO_REUSEPORT).

    Raises:
        BadSetting: an address that cannot be had.
    """
    host, port = address(text)
    try:
        family, kind, protocol, _, name = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise BadSetting(f"address {text!r}: {error}") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _TCP_OPTIONS:
            listener.setsockopt(socket.IPPROTO_TCP, option, value)
        listener.bind(name)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise BadSetting(f"address {text!r}: {error}") from error
    return listener


def tls_context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or 1.3; with ``client_ca`` a vehicle must show a certificate of that authority.

    Raises:
        BadSetting: a certificate or key that cannot be read or does not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(f"TLS files {tls.certificate}, {tls.key}: {error}") from error
    return context
