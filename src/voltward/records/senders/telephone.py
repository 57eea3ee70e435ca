"""What SMS and voice share: a gateway behind a signed POST, or a file that shows what would be sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from voltward.records.notice_ports import ports
from voltward.records.senders.http import post_json
from voltward.records.senders.protocol import LONGEST_ANSWER, Field, Message, Outcome

ADAPTERS = (("http", _("HTTP 网关")), ("file", _("写入文件（试用）")))
SETTINGS = (
    Field("adapter", _("方式"), default="file", choices=ADAPTERS),
    Field("url", _("网关地址"), is_required=False),
)
SECRETS = (Field("secret", _("网关签名密钥"), is_required=False),)


def signature(timestamp_s: str, body: bytes, secret: str) -> str:
    """HMAC-SHA256 of timestamp, line feed and body under the gateway's secret, hexadecimal."""
    text = timestamp_s.encode() + b"\n" + body
    return hmac.digest(secret.encode(), text, hashlib.sha256).hex()


def handed_over(
    kind: str, text: str, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> Outcome:
    """Give the text to the gateway; any 2xx is sent, 429 and 5xx ask to come again."""
    order = {
        "kind": kind, "to": message.address, "text": text, "language": message.language,
        "severity": message.severity, "key": message.key,
    }  # fmt: skip
    if settings["adapter"] == "file":
        return _written(ports().outbox, {**order, "at": message.at.isoformat()})
    if not settings.get("url") or not secrets.get("secret"):
        return Outcome(False, "the gateway's address or secret is missing")
    body = json.dumps(order, ensure_ascii=False).encode()
    timestamp_s = str(int(message.at.timestamp()))
    reply = post_json(
        settings["url"],
        body,
        {
            "X-Voltward-Timestamp": timestamp_s,
            "X-Voltward-Signature": signature(timestamp_s, body, secrets["secret"]),
            "Idempotency-Key": message.key,
        },
    )
    answer = f"{reply.status} {reply.body.get('message', '')}"[:LONGEST_ANSWER]
    again = reply.status == 429 or reply.status >= 500
    return Outcome(200 <= reply.status < 300, answer, again=again)


def _written(path: Path, order: Mapping[str, object]) -> Outcome:
    """One line of JSON; the number is cut to its last four digits, the file is its owner's only."""
    number = str(order["to"])
    line = json.dumps({**order, "to": f"***{number[-4:]}"}, ensure_ascii=False) + "\n"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return Outcome(True, "written to the outbox file")
