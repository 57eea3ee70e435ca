"""A Feishu (飞书) group robot with signature check (签名校验): open.feishu.cn, custom bot guide."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from voltward.records.senders.http import post_json
from voltward.records.senders.protocol import Field, Message, Outcome
from voltward.records.senders.robots import as_json, harmless, outcome_of, shortened

LONGEST_BYTES = 16_000
OPEN = {"zh-hans": "打开", "en": "Open"}
PAGE_LANGUAGE = {"zh-hans": "zh_cn", "en": "en_us"}
# 9499, 11232: too many requests
_BUSY = frozenset({9499, 11232})


def signature(timestamp_s: int, secret: str) -> str:
    """HMAC-SHA256 of nothing under timestamp, line feed and secret, in Base64: unlike DingTalk's."""
    key = f"{timestamp_s}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()


class Feishu:
    is_group = True
    address = ""
    settings = (Field("origin", _("服务地址"), default="https://open.feishu.cn"),)
    secrets = (
        Field("hook", _("Webhook 地址中 hook/ 之后的部分")),
        Field("secret", _("签名校验密钥")),
    )

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        timestamp_s = int(message.at.timestamp())
        signed = {
            "timestamp": str(timestamp_s),
            "sign": signature(timestamp_s, secrets["secret"]),
            **self.body(message),
        }
        hook = quote(secrets["hook"], safe="")
        reply = post_json(f"{settings['origin']}/open-apis/bot/v2/hook/{hook}", as_json(signed), {})
        # an older form of the answer says StatusCode
        code = reply.body.get("code", reply.body.get("StatusCode"))
        return outcome_of(reply, code, reply.body.get("msg", ""), busy=_BUSY)

    def body(self, message: Message) -> dict[str, object]:
        text = shortened(harmless(message.body), LONGEST_BYTES)
        lines: list[list[dict[str, str]]] = [
            [{"tag": "text", "text": line}] for line in text.splitlines()
        ]
        words = OPEN.get(message.language, OPEN["en"])
        lines.append([{"tag": "a", "text": words, "href": message.link}])
        post = {"title": harmless(message.title), "content": lines}
        language = PAGE_LANGUAGE.get(message.language, "zh_cn")
        return {"msg_type": "post", "content": {"post": {language: post}}}

    def shown(self, message: Message) -> str:
        words = OPEN.get(message.language, OPEN["en"])
        return f"{harmless(message.title)}\n\n{harmless(message.body)}\n\n{words}: {message.link}"
