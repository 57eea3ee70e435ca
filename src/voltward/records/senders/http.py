"""POSTs JSON to allowed hosts only: the address is looked up once, judged, and then connected to as judged."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from voltward.base.errors import Refused
from voltward.records.notice_ports import ports

TIMEOUT_S = 10.0
LONGEST_REPLY = 16_384


class HostNotAllowed(Refused):
    """An address that is not on the list, or that leads inside the house without being on that list."""

    code = "host_not_allowed"


@dataclass(frozen=True)
class Reply:
    status: int
    body: dict[str, Any]


def post_json(url: str, payload: bytes, headers: Mapping[str, str]) -> Reply:
    """Redirects are not followed; a reply that is no JSON object counts as an empty one.

    Raises:
        HostNotAllowed: see ``allowed_address``.
        OSError: nobody there, no answer in time, a broken answer, or a certificate that is not theirs.
    """
    parts = urlsplit(url)
    host, plain = parts.hostname or "", parts.scheme == "http"
    port = parts.port or (80 if plain else 443)
    address = allowed_address(host, port, is_plain=plain)
    connection = _connection(host, address, port, plain)
    ends = time.monotonic() + TIMEOUT_S
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        named = {"Host": parts.netloc, "Content-Type": "application/json; charset=utf-8"}
        connection.request("POST", path, payload, {**named, **headers})
        if connection.sock is not None:
            connection.sock.settimeout(max(0.1, ends - time.monotonic()))
        response = connection.getresponse()
        raw = response.read(LONGEST_REPLY)
    except HTTPException as error:
        # its text may repeat what the other side sent
        raise ConnectionError(type(error).__name__) from None
    finally:
        connection.close()
    return Reply(response.status, _object(raw))


def allowed_address(host: str, port: int, *, is_plain: bool) -> str:
    """The IP address to connect to.

    Raises:
        HostNotAllowed: not listed; or listed as outside but plain, or with an address that is not public.
        OSError: the name is not known.
    """
    given, host = ports(), host.lower()
    if host in given.private_hosts:
        return _looked_up(host, port)[0]
    if host not in given.hosts or is_plain:
        raise HostNotAllowed("host not on the list of outgoing hosts")
    found = _looked_up(host, port)
    if not all(ip_address(one).is_global and not ip_address(one).is_multicast for one in found):
        raise HostNotAllowed("host leads to an address that is not public")
    return found[0]


def _looked_up(host: str, port: int) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connection(host: str, address: str, port: int, plain: bool) -> HTTPConnection:
    if plain:
        return HTTPConnection(address, port, timeout=TIMEOUT_S)
    return _Pinned(host, address, port)


class _Pinned(HTTPSConnection):
    """TLS in the name of ``host`` over a connection to ``address``: no second look-up in between."""

    def __init__(self, host: str, address: str, port: int) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT_S)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
