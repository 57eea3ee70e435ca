"""The inbox: the delivery row itself is the message, so it has arrived as soon as it is there."""

from __future__ import annotations

from collections.abc import Mapping

from voltward.records.senders.protocol import Field, Message, Outcome


class Inbox:
    is_group = False
    address = ""
    settings: tuple[Field, ...] = ()
    secrets: tuple[Field, ...] = ()

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        del message, settings, secrets
        return Outcome(sent=True)

    def shown(self, message: Message) -> str:
        return f"{message.title}\n\n{message.body}"
