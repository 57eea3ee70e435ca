"""Calls through a gateway that reads the text out: title and body, said once more at the end."""

from __future__ import annotations

from collections.abc import Mapping

from voltward.records.senders.protocol import Message, Outcome
from voltward.records.senders.telephone import SECRETS, SETTINGS, handed_over

LONGEST = 300


class Voice:
    is_group = False
    address = "phone"
    settings = SETTINGS
    secrets = SECRETS

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        return handed_over("voice", self.shown(message), message, settings, secrets)

    def shown(self, message: Message) -> str:
        stop = "。" if message.language == "zh-hans" else ". "
        return stop.join((message.title, *message.body.splitlines(), message.title))[:LONGEST]
