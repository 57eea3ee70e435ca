"""A WeCom (企业微信) group robot: developer.work.weixin.qq.com/document/path/91770.

The robot knows no signature; the key in its address is the secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from voltward.records.senders.http import post_json
from voltward.records.senders.protocol import Field, Message, Outcome
from voltward.records.senders.robots import as_json, harmless, outcome_of, shortened

LONGEST_BYTES = 4096
OPEN = {"zh-hans": "打开", "en": "Open"}
# 45009: more than 20 messages a minute; -1: the system is busy
_BUSY = frozenset({45009, -1})


class Wecom:
    is_group = True
    address = ""
    settings = (Field("origin", _("服务地址"), default="https://qyapi.weixin.qq.com"),)
    secrets = (Field("key", _("Webhook 地址中的 key")),)

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        query = urlencode({"key": secrets["key"]})
        reply = post_json(
            f"{settings['origin']}/cgi-bin/webhook/send?{query}", as_json(self.body(message)), {}
        )
        code = reply.body.get("errcode")
        return outcome_of(reply, code, reply.body.get("errmsg", ""), busy=_BUSY)

    def body(self, message: Message) -> dict[str, object]:
        return {"msgtype": "markdown", "markdown": {"content": self.shown(message)}}

    def shown(self, message: Message) -> str:
        link = f"\n[{OPEN.get(message.language, OPEN['en'])}]({message.link})"
        text = f"**{harmless(message.title)}**\n{harmless(message.body)}"
        return shortened(text, LONGEST_BYTES - len(link.encode())) + link
