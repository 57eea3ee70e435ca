"""A DingTalk (钉钉) group robot with signature (加签): open.dingtalk.com, custom robot access."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from voltward.records.senders.http import post_json
from voltward.records.senders.protocol import Field, Message, Outcome
from voltward.records.senders.robots import as_json, harmless, outcome_of, shortened

LONGEST_BYTES = 20_000
OPEN = {"zh-hans": "打开", "en": "Open"}
# 130101, 410100: too many messages; -1: the system is busy
_BUSY = frozenset({130101, 410100, -1})


def signature(timestamp_ms: int, secret: str) -> str:
    """HMAC-SHA256 of timestamp, line feed and secret under the secret, in Base64."""
    text = f"{timestamp_ms}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


class Dingtalk:
    is_group = True
    address = ""
    settings = (Field("origin", _("服务地址"), default="https://oapi.dingtalk.com"),)
    secrets = (
        Field("access_token", _("Webhook 地址中的 access_token")),
        Field("secret", _("加签密钥（SEC 开头）")),
    )

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        timestamp_ms = int(message.at.timestamp() * 1000)
        query = urlencode(
            {
                "access_token": secrets["access_token"],
                "timestamp": timestamp_ms,
                "sign": signature(timestamp_ms, secrets["secret"]),
            }
        )
        reply = post_json(
            f"{settings['origin']}/robot/send?{query}", as_json(self.body(message)), {}
        )
        code = reply.body.get("errcode")
        return outcome_of(reply, code, reply.body.get("errmsg", ""), busy=_BUSY)

    def body(self, message: Message) -> dict[str, object]:
        return {
            "msgtype": "markdown",
            "markdown": {"title": harmless(message.title), "text": self.shown(message)},
            "at": {"isAtAll": False},
        }

    def shown(self, message: Message) -> str:
        link = f"\n\n[{OPEN.get(message.language, OPEN['en'])}]({message.link})"
        lines = "\n\n".join(harmless(message.body).splitlines())
        text = f"### {harmless(message.title)}\n\n{lines}"
        return shortened(text, LONGEST_BYTES - len(link.encode())) + link
