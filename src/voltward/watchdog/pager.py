"""Sends a page by every way there is, with nothing of the office: robots of groups, telephones, a file."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from voltward.watchdog.contacts import ROBOTS, Contacts, Way

WITHIN_S: Final = 10.0
_LONGEST_REPLY: Final = 16_384
_DEFAULT_ORIGIN: Final = {
    "wecom": "https://qyapi.weixin.qq.com",
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
}


class NotSent(Exception):
    """A way did not take the page; the text names no secret and no address."""


@dataclass(frozen=True, slots=True)
class Order:
    """One request: where to, what, with which headers."""

    url: str
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """How many ways took the page, and what the others said."""

    count: int
    failures: tuple[str, ...]


def page(
    contacts: Contacts, title: str, body: str, outbox: Path, now_s: Callable[[], float] = time.time
) -> Sent:
    """Try every way once; the file gets every page, whoever else does.

    Raises:
        OSError: the file cannot be written.
    """
    at_s = now_s()
    line = {"at": at_s, "kind": "watchdog", "title": title, "text": body}
    outbox.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(outbox, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    count, failures = 0, []
    for way in contacts.ways:
        for order in orders(way, contacts, title, body, at_s):
            try:
                _carried(order, contacts)
            except (OSError, HTTPException, NotSent, ValueError) as error:
                said = str(error) if isinstance(error, NotSent) else type(error).__name__
                failures.append(f"{way.name}: {said}")
            else:
                count += 1
    return Sent(count, tuple(failures))


def orders(way: Way, contacts: Contacts, title: str, body: str, at_s: float) -> Iterator[Order]:
    """What a way is asked: a robot once, a telephone once for each number."""
    if way.kind in ROBOTS:
        yield _ROBOTS[way.kind](way, f"{title}\n{body}\n{contacts.origin}", at_s)
        return
    if way.settings.get("adapter") != "http":
        return  # writes to a file of the office: the page stands in ours already
    for phone in contacts.phones:
        yield _telephone(way, phone, f"{title}\n{body}", at_s)


def _wecom(way: Way, text: str, at_s: float) -> Order:
    del at_s
    query = urlencode({"key": way.secrets["key"]})
    content = {"msgtype": "text", "text": {"content": text, "mentioned_list": ["@all"]}}
    return Order(f"{_origin(way)}/cgi-bin/webhook/send?{query}", content, {})


def _dingtalk(way: Way, text: str, at_s: float) -> Order:
    """HMAC-SHA256 of timestamp, line feed and secret under the secret (加签)."""
    timestamp_ms, secret = int(at_s * 1000), way.secrets["secret"]
    digest = hmac.digest(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256)
    query = urlencode(
        {
            "access_token": way.secrets["access_token"],
            "timestamp": timestamp_ms,
            "sign": base64.b64encode(digest).decode(),
        }
    )
    content = {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": True}}
    return Order(f"{_origin(way)}/robot/send?{query}", content, {})


def _feishu(way: Way, text: str, at_s: float) -> Order:
    """HMAC-SHA256 of nothing under timestamp, line feed and secret (签名校验): unlike DingTalk's."""
    timestamp_s = int(at_s)
    key = f"{timestamp_s}\n{way.secrets['secret']}".encode()
    sign = base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()
    hook = quote(way.secrets["hook"], safe="")
    content = {
        "timestamp": str(timestamp_s), "sign": sign, "msg_type": "text", "content": {"text": text},
    }  # fmt: skip
    return Order(f"{_origin(way)}/open-apis/bot/v2/hook/{hook}", content, {})


def _telephone(way: Way, phone: str, text: str, at_s: float) -> Order:
    """As the office asks an SMS or voice gateway: HMAC-SHA256 of timestamp, line feed and body."""
    timestamp = str(int(at_s))
    body = {
        "kind": way.kind, "to": phone, "text": text, "language": "zh-hans", "severity": 3,
        "key": hashlib.sha256(f"{at_s} {way.kind} {phone}".encode()).hexdigest()[:32],
    }  # fmt: skip
    signed = timestamp.encode() + b"\n" + _as_bytes(body)
    sign = hmac.digest(way.secrets.get("secret", "").encode(), signed, hashlib.sha256).hex()
    headers = {
        "X-Voltward-Timestamp": timestamp, "X-Voltward-Signature": sign,
        "Idempotency-Key": str(body["key"]),
    }  # fmt: skip
    return Order(way.settings.get("url", ""), body, headers)


_ROBOTS: Final = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}


def _origin(way: Way) -> str:
    return way.settings.get("origin") or _DEFAULT_ORIGIN[way.kind]


def _carried(order: Order, contacts: Contacts) -> None:
    """
    Raises:
        NotSent: a host that is on no list, or an answer that says no.
        OSError, HTTPException: nobody there, no answer in time.
    """
    parts = urlsplit(order.url)
    host = (parts.hostname or "").lower()
    connection: HTTPConnection
    if host in contacts.private_hosts and parts.scheme == "http":
        connection = HTTPConnection(host, parts.port, timeout=WITHIN_S)
    elif host in (*contacts.hosts, *contacts.private_hosts) and parts.scheme == "https":
        connection = HTTPSConnection(host, parts.port, timeout=WITHIN_S)
    else:
        raise NotSent("host not on the list of outgoing hosts")
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        named = {"Content-Type": "application/json; charset=utf-8", **order.headers}
        connection.request("POST", path, _as_bytes(order.body), named)
        response = connection.getresponse()
        raw = response.read(_LONGEST_REPLY)
    finally:
        connection.close()
    _checked(response.status, raw)


def _checked(status: int, raw: bytes) -> None:
    """Robots answer 200 whatever they think of a message; a code other than 0 says no."""
    if not 200 <= status < 300:
        raise NotSent(f"status {status}")
    try:
        body = json.loads(raw)
    except ValueError:
        return
    if isinstance(body, dict):
        code = body.get("errcode", body.get("code", body.get("StatusCode", 0)))
        if code not in (0, "0"):
            raise NotSent(f"code {code}")


def _as_bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
