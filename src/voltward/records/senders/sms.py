"""Short messages through a gateway: the title and where to look, nothing personal."""

from __future__ import annotations

from collections.abc import Mapping

from voltward.records.senders.protocol import Message, Outcome
from voltward.records.senders.telephone import SECRETS, SETTINGS, handed_over

SIGN = {"zh-hans": "【伏卫】", "en": "[Voltward] "}
LONGEST = 180  # three parts of 67 characters, less the sign


class Sms:
    is_group = False
    address = "phone"
    settings = SETTINGS
    secrets = SECRETS

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        return handed_over("sms", self.shown(message), message, settings, secrets)

    def shown(self, message: Message) -> str:
        words = " ".join((message.title, *message.body.splitlines()))[:LONGEST]
        return SIGN.get(message.language, SIGN["en"]) + words
