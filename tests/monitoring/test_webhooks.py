"""Webhooks: signed, retried with back-off for a day, never to a host that is not listed, seen by their maker alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.monitoring import alarms

from voltward.base.clock import ManualClock
from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.entry.notice_ports import SealingKey
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Webhook, WebhookDelivery
from voltward.monitoring.services import webhook_sending
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.monitoring.services.alarms import alarm_close
from voltward.monitoring.services.webhook_sending import wait_after, webhooks_deliver
from voltward.monitoring.services.webhooks import (
    webhook_change,
    webhook_close,
    webhook_create,
    webhook_key_renew,
    webhook_tell,
)
from voltward.records import notice_ports
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.notice_ports import NoticePorts
from voltward.records.senders.http import Reply

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/voltward?key=abc"
ALL = ("alarm.opened", "alarm.worse", "alarm.cleared", "alarm.closed")


@dataclass
class Listener:
    """The other side: answers as told and keeps what it was sent."""

    clock: ManualClock
    answer: Callable[[], Reply] = lambda: Reply(200, {})
    heard: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, url: str, payload: bytes, headers: Mapping[str, str]) -> Reply:
        self.heard.append((url, payload, headers))
        return self.answer()

    def passes(self, span: timedelta) -> None:
        self.clock.advance(span.total_seconds())


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listener:
    clock = ManualClock()
    given = NoticePorts(
        secrets=SealingKey(tmp_path / "keys" / "notices.key"),
        hosts=frozenset({"hooks.example.com"}), private_hosts=frozenset({"127.0.0.1"}),
        outbox=tmp_path / "outbox.jsonl", origin="https://office.example.com", clock=clock,
    )  # fmt: skip
    monkeypatch.setattr(notice_ports, "_source", [lambda: given])
    made = Listener(clock)
    monkeypatch.setattr(webhook_sending, "post_json", made.post)
    return made


@pytest.fixture
def hook(system_admin: Person, listener: Listener) -> tuple[Webhook, str]:
    return webhook_create(system_admin, name="工单系统", url=URL, kinds=ALL)


# ---- who may, and where to


def test_the_system_administrator_manages_webhooks_and_an_operator_does_not(
    operator: Person, safety_head: Person, hook: tuple[Webhook, str]
) -> None:
    for person in (operator, safety_head):
        with pytest.raises(NotPermitted):
            webhook_create(person, name="x", url=URL, kinds=ALL)
        with pytest.raises(NotPermitted):
            webhook_close(person, webhook_id=hook[0].pk)
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x", "https://elsewhere.example.com/x", "https://u:p@hooks.example.com/",
        "ftp://hooks.example.com/", "https:///x", "https://hooks.example.com/#x",
        "https://hooks.example.com/" + "x" * 300, "http://127.0.0.1/x",
    ],
)  # fmt: skip
def test_an_address_is_https_to_a_listed_host_with_nothing_secret_before_it(
    system_admin: Person, listener: Listener, url: str
) -> None:
    with pytest.raises(BadInput, match="url"):
        webhook_create(system_admin, name="x", url=url, kinds=ALL)


def test_another_makers_webhook_is_not_found(other_maker: Maker, hook: tuple[Webhook, str]) -> None:
    stranger = alarms.person(other_maker, "other-admin", "system_admin")
    for step in (webhook_close, webhook_key_renew):
        with pytest.raises(NotFound):
            step(stranger, webhook_id=hook[0].pk)


def test_neither_the_key_nor_the_whole_address_stands_in_the_trail_or_the_table(
    hook: tuple[Webhook, str],
) -> None:
    row = AuditRow.objects.get(action="webhook.create")
    assert hook[1] not in json.dumps([row.before, row.after])
    assert "abc" not in json.dumps(row.after)
    assert hook[1].encode() not in bytes(Webhook.objects.get().sealed or b"")


def test_another_address_gets_another_key_and_another_name_does_not(
    system_admin: Person, hook: tuple[Webhook, str]
) -> None:
    same = {"webhook_id": hook[0].pk, "kinds": ALL}
    assert webhook_change(system_admin, name="新名", url=URL, **same)[1] == ""  # type: ignore[arg-type]
    moved = webhook_change(system_admin, name="新名", url=f"{URL}d", **same)[1]  # type: ignore[arg-type]
    assert moved not in ("", hook[1])


# ---- what is sent


def test_an_alarm_is_told_signed_with_what_the_api_says_of_it(
    vehicle: Vehicle, hook: tuple[Webhook, str], listener: Listener
) -> None:
    alarm = alarms.opened(vehicle, level=3, first={"ohm_per_v": 80})
    alarm_news_work()
    assert webhooks_deliver() == 1
    url, payload, headers = listener.heard[0]
    text = headers["X-Voltward-Timestamp"].encode() + b"\n" + payload
    signed = hmac.digest(hook[1].encode(), text, hashlib.sha256).hex()
    assert (url, headers["X-Voltward-Signature"]) == (URL, signed)
    body = json.loads(payload)
    assert (body["kind"], body["id"]) == ("alarm.opened", headers["Idempotency-Key"])
    assert body["data"]["id"] == alarm.pk
    assert (body["data"]["vin"], body["data"]["values"]) == (vehicle.vin, {"ohm_per_v": 80})
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries.get().answer) == ("sent", "200")
    assert webhooks_deliver() == 0


def test_opened_worse_cleared_and_closed_are_each_told_once_and_other_steps_are_not(
    operator: Person, vehicle: Vehicle, hook: tuple[Webhook, str]
) -> None:
    alarm = alarms.opened(vehicle, level=1)
    alarms.worse(alarm, 2)
    alarms.cleared(alarm, timedelta(minutes=1))
    alarms.step(alarm, "noted")
    alarm_close(operator, alarm_ids=[alarm.pk], verdict="true", cause="x")
    alarm_news_work()
    told = WebhookDelivery.objects.order_by("pk").values_list("kind", flat=True)
    assert list(told) == list(ALL)


def test_an_address_hears_of_its_own_makers_alarms_and_its_own_kinds_alone(
    system_admin: Person, other_vehicle: Vehicle, vehicle: Vehicle, listener: Listener
) -> None:
    webhook_create(system_admin, name="x", url=URL, kinds=["alarm.closed"])
    alarms.opened(vehicle)
    alarms.opened(other_vehicle)
    alarm_news_work()
    assert not WebhookDelivery.objects.exists()


def test_an_event_told_twice_is_sent_once_and_an_unknown_one_is_refused(
    maker: Maker, hook: tuple[Webhook, str]
) -> None:
    for _ in range(2):
        webhook_tell(maker.pk, "alarm.opened", "step:1", {})
    assert WebhookDelivery.objects.count() == 1
    with pytest.raises(BadInput):
        webhook_tell(maker.pk, "tea.made", "1", {})


# ---- when it fails


def test_what_fails_is_tried_again_at_growing_intervals_for_a_day_and_then_given_up(
    maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    listener.answer = lambda: Reply(500, {})
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    delivery, waits = WebhookDelivery.objects.get(), []
    while delivery.state != "failed":
        before = notice_ports.now()
        assert webhooks_deliver() == 1
        delivery.refresh_from_db()
        if delivery.due_at is not None:
            waits.append(delivery.due_at - before)
            listener.passes(waits[-1])
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert max(waits) == timedelta(hours=1)
    assert timedelta(hours=22) < sum(waits, timedelta()) <= timedelta(hours=24)
    keys = {headers["Idempotency-Key"] for _url, _payload, headers in listener.heard}
    assert len(keys) == 1
    assert len(listener.heard) == delivery.attempts == delivery.tries.count()


def test_it_arrives_once_the_other_side_is_back(
    maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    def nobody() -> Reply:
        raise ConnectionRefusedError("secret address")

    listener.answer = nobody
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhooks_deliver()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries.get().answer) == ("again", "ConnectionRefusedError")
    listener.answer = lambda: Reply(204, {})
    listener.passes(timedelta(seconds=31))  # until then it is taken for down
    webhooks_deliver()
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_one_address_that_is_down_holds_up_no_other(
    system_admin: Person, maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    webhook_create(system_admin, name="另一个", url=f"{URL}2", kinds=ALL)

    def half() -> Reply:
        if listener.heard[-1][0] == URL:
            raise TimeoutError
        return Reply(200, {})

    listener.answer = half
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhooks_deliver()
    states = WebhookDelivery.objects.values_list("state", flat=True)
    assert sorted(states) == ["again", "sent"]


def test_gone_is_gone_and_a_redirect_is_not_followed_but_tried_again(
    maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    for event, (status, state) in enumerate(((410, "failed"), (302, "again"))):
        listener.answer = lambda status=status: Reply(status, {})  # type: ignore[misc]
        webhook_tell(maker.pk, "alarm.opened", str(event), {})
        webhooks_deliver()
        assert WebhookDelivery.objects.latest("pk").state == state


def test_a_host_that_left_the_list_is_sent_nothing(
    maker: Maker, hook: tuple[Webhook, str], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voltward.records.senders.http import post_json

    monkeypatch.setattr(webhook_sending, "post_json", post_json)
    Webhook.objects.update(url="https://elsewhere.example.com/")
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhooks_deliver()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries.get().answer) == ("failed", "host_not_allowed")


def test_a_try_that_never_ended_is_lost_and_made_again(
    maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhook_sending._claimed()  # and here the process is killed
    assert webhooks_deliver() == 0
    listener.passes(timedelta(seconds=31))
    assert webhooks_deliver() == 1
    outcomes = WebhookDelivery.objects.get().tries.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["lost", "sent"]


def test_a_closed_address_is_told_nothing_more_and_its_key_is_forgotten(
    system_admin: Person, maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhook_close(system_admin, webhook_id=hook[0].pk)
    assert webhooks_deliver() == 0
    assert WebhookDelivery.objects.get().state == "unneeded"
    assert Webhook.objects.get().sealed is None
    assert webhook_tell(maker.pk, "alarm.opened", "2", {}) == 0
    with pytest.raises(WrongState):
        webhook_close(system_admin, webhook_id=hook[0].pk)


def test_waits_double_up_to_an_hour() -> None:
    assert wait_after(1) == timedelta(seconds=5)
    assert wait_after(9) == timedelta(seconds=1280)
    assert wait_after(60) == timedelta(hours=1)


# ---- the pages


def test_the_key_is_shown_in_the_answer_that_makes_it_and_nowhere_else(
    as_system_admin: Client, listener: Listener
) -> None:
    given = {"name": "x", "url": URL, "kinds": ["alarm.opened"]}
    made = as_system_admin.post("/webhooks/add/", given)
    hook = Webhook.objects.get()
    key = notice_ports.ports().secrets.unseal(f"webhook:{hook.pk}", bytes(hook.sealed or b""))
    assert key in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    for address in ("/webhooks/", f"/webhooks/{hook.pk}/"):
        assert key not in as_system_admin.get(address).content.decode()
    renewed = as_system_admin.post(f"/webhooks/{hook.pk}/key/").content.decode()
    assert key not in renewed
    refused = as_system_admin.post("/webhooks/add/", {**given, "url": "https://evil.example.com/"})
    assert refused.status_code == 422


def test_the_page_shows_what_the_newest_try_of_each_delivery_came_to(
    as_system_admin: Client, maker: Maker, hook: tuple[Webhook, str], listener: Listener
) -> None:
    webhook_tell(maker.pk, "alarm.opened", "1", {})
    webhook_tell(maker.pk, "alarm.opened", "2", {})
    one = WebhookDelivery.objects.earliest("pk")
    for answer in ("503 busy", "204 taken"):
        one.tries.create(begun_at=timezone.now(), answer=answer)
    shown = as_system_admin.get(f"/webhooks/{hook[0].pk}/").content.decode()
    assert "204 taken" in shown
    assert "503 busy" not in shown


def test_an_operator_opens_no_page_of_webhooks(
    as_operator: Client, hook: tuple[Webhook, str]
) -> None:
    for address in ("/webhooks/", "/webhooks/add/", f"/webhooks/{hook[0].pk}/"):
        assert as_operator.get(address).status_code == 403
