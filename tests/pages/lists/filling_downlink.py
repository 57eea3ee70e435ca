"""A few rows of the list of commands to vehicles, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import DAY, HOUR, of_maker, vehicles

from voltward.exchange.models import DownlinkCommand
from voltward.records.models import Person


def downlink_commands(reader: Person) -> None:
    now, states = timezone.now(), ("asked", "refused", "withdrawn")
    for number, car in enumerate(vehicles(reader)):
        is_control = number % 3 == 0
        DownlinkCommand.objects.create(
            maker=of_maker(reader), vehicle=car, kind="control" if is_control else ("query", "set")[number % 2],
            control=3 + number % 2 * 2 if is_control else None, edition=(2016, 2025)[number % 2],
            body={} if is_control else {"ids": [2]} if number % 2 == 0 else {"values": {"2": 10}},
            reason=f"核对{number % 4}", state=states[number % 3], asked_by=reader,
            asked_at=now - number * HOUR, sent_attempt=number % 3,
            sent_at=now - number % 2 * DAY if number % 3 else None,
            answered_at=now if number % 4 == 2 else None,
        )  # fmt: skip


DOWNLINK: dict[str, Callable[[Person], Any]] = {"downlink_command": downlink_commands}
