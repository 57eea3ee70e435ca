"""How each stage proves itself: an answer, a row, a finding, a file that is renewed. All short, none raises."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

WITHIN_S = 2.0
_LONGEST = 4096
# written by the schema of the telemetry store; the newest row of each vehicle
_NEWEST = "SELECT toUnixTimestamp(max(collected_at)) FROM latest_frames WHERE vehicle_id = {}"


@dataclass(frozen=True, slots=True)
class Seen:
    """``age_s``: how long ago the stage moved, None: it did not; then ``detail`` says why."""

    age_s: float | None
    detail: str = ""


Probe = Callable[[float], Seen]
"""Asked with the time now, unix seconds."""


def store_row(address: Callable[[], str], token: str, vehicle_id: int) -> Probe:
    """The canary's newest row in the store. ``address`` may raise OSError or ValueError: it is away."""

    def probe(now_s: float) -> Seen:
        try:
            found = _row(address(), token, vehicle_id)
        except (OSError, HTTPException, ValueError) as error:
            return Seen(None, _said(error))
        return Seen(now_s - found) if found else Seen(None, "no row yet")

    return probe


def _row(address: str, token: str, vehicle_id: int) -> int:
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=WITHIN_S)
    try:
        query = urlencode({"database": "voltward"})
        named = {
            "X-ClickHouse-User": unquote(parts.username or "default"), "X-ClickHouse-Key": token,
        }  # fmt: skip
        connection.request("POST", f"/?{query}", _NEWEST.format(vehicle_id).encode(), named)
        response = connection.getresponse()
        text = response.read(_LONGEST)
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(f"status {response.status}")
    return int(text)


def web_answers(address: Callable[[], str]) -> Probe:
    """``GET /healthz`` answers 200: pages, database and store."""

    def probe(now_s: float) -> Seen:
        del now_s
        try:
            status = _status(address(), "/healthz")
        except (OSError, HTTPException, ValueError) as error:
            return Seen(None, _said(error))
        return Seen(0.0) if status == 200 else Seen(None, f"status {status}")

    return probe


def _status(address: str, path: str) -> int:
    """Of ``HOST:PORT``; a host that stands for all addresses is asked on this machine."""
    host, _, port = address.rpartition(":")
    host = "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host.strip("[]")  # noqa: S104
    connection = HTTPConnection(host, int(port), timeout=WITHIN_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def process_answers(port: int) -> Probe:
    """The process behind a loopback port takes a request and begins to answer; a stopped one only connects."""

    def probe(now_s: float) -> Seen:
        del now_s
        try:
            with socket.create_connection(("127.0.0.1", port), WITHIN_S) as link:
                link.settimeout(WITHIN_S)
                link.sendall(b"GET /ping HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                answered = bool(link.recv(_LONGEST))
        except OSError as error:
            return Seen(None, _said(error))
        return Seen(0.0) if answered else Seen(None, "no answer")

    return probe


def file_renewed(path: Path) -> Probe:
    """A heartbeat file: ``{"at": unix seconds}``, renewed by the stage itself."""

    def probe(now_s: float) -> Seen:
        try:
            return Seen(now_s - float(json.loads(path.read_bytes())["at"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Seen(None, _said(error))

    return probe


def _said(error: Exception) -> str:
    """Of our own errors the words, of others the kind: addresses may hold what is not for a page."""
    return str(error) if type(error) is ValueError else type(error).__name__
