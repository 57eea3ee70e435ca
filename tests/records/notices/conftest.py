"""A house with a clock that moves by hand, senders that obey, and channels to send through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from voltward.base.clock import ManualClock
from voltward.entry.notice_ports import SealingKey
from voltward.records import notice_ports, selectors, services
from voltward.records.models import Channel, Maker, Notice, Person
from voltward.records.notice_ports import NoticePorts
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import Message, Outcome
from voltward.records.services.notices import notice_send

SECRET = "canary-secret-5f2c"
DONE = Outcome(True, "ok")
DOWN = Outcome(False, "nobody there", again=True, is_down=True)
NO = Outcome(False, "no such address")


@dataclass
class Obedient:
    """A sender that does what it is told and remembers what it was given."""

    is_group: bool = False
    address: str = ""
    settings: tuple[Any, ...] = ()
    secrets: tuple[Any, ...] = ()
    answer: Callable[[Message], Outcome] = lambda _message: DONE
    given: list[Message] = field(default_factory=list)

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        self.given.append(message)
        return self.answer(message)

    def shown(self, message: Message) -> str:
        return message.body


@dataclass
class House:
    clock: ManualClock
    outbox: Path
    senders: dict[str, Obedient]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    clock = ManualClock()
    given = NoticePorts(
        secrets=SealingKey(tmp_path / "keys" / "notices.key"),
        hosts=frozenset({"qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn"}),
        private_hosts=frozenset({"127.0.0.1"}),
        outbox=tmp_path / "notices" / "outbox.jsonl",
        origin="https://voltward.example.com",
        clock=clock,
    )
    monkeypatch.setattr(notice_ports, "_source", [lambda: given])
    return House(clock, given.outbox, {})


@pytest.fixture
def obedient(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, Obedient]:
    """Fakes of three ways: mail and SMS to a person, WeCom to a group."""
    made = {"email": Obedient(), "sms": Obedient(), "wecom": Obedient(is_group=True)}
    for kind, sender in made.items():
        monkeypatch.setitem(SENDERS, kind, sender)
    house.senders = made
    return made


@pytest.fixture
def ways(maker: Maker, obedient: dict[str, Obedient]) -> dict[str, Channel]:
    """Mail first, then SMS."""
    return {
        kind: Channel.objects.create(maker=maker, kind=kind, name=kind, position=place)
        for place, kind in enumerate(("email", "sms"), 1)
    }


@pytest.fixture
def second(maker: Maker) -> Person:
    return person("second", maker)


def person(login: str, maker: Maker, role: str = "monitoring_operator") -> Person:
    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


def late(actor: Person, *to: Any, **more: Any) -> Notice:
    """An urgent notice, sent inside a transaction as an action would."""
    values = {
        "clock": "报告",
        "subject": "LVVDB11B0RE000001",
        "due_at": "2026-03-15T00:30:05+00:00",
    }
    with transaction.atomic():
        return notice_send(actor, kind="clock_late", to=to, values=values, **more)
