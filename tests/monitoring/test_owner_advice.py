"""Owners' advice (GB/T 45688-2025 Appendix D): which term, what replaces it, what came of it, and who is told."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.monitoring import alarms

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import OwnerPeriod, Vehicle
from voltward.fleet.services.identities import owner_identify
from voltward.monitoring.models import Alarm, AlarmStep, DeskRule, OwnerAdvice, OwnerNotice
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.monitoring.services.alarms import advice_outcome
from voltward.monitoring.services.owner_notices import owner_opt_in, owner_opt_out
from voltward.monitoring.services.owner_sending import owner_notices_deliver
from voltward.records.models import AuditRow, Clock, Maker, NoticeTemplate, Person
from voltward.records.notice_ports import ports
from voltward.records.senders.protocol import Message, Outcome
from voltward.records.senders.sms import Sms
from voltward.records.services.notice_channels import channel_create

pytestmark = pytest.mark.django_db
PHONE = "13912345678"
DAY = timedelta(days=1)


def open_advice(vehicle: Vehicle) -> OwnerAdvice:
    return OwnerAdvice.objects.get(vehicle=vehicle, outcome="open")


# ---- which term


@pytest.mark.parametrize(("level", "term"), [(1, 7 * DAY), (2, DAY), (3, None), (4, None)])
def test_a_fault_of_each_level_has_the_owners_term_of_table_d_1(
    vehicle: Vehicle, level: int, term: timedelta | None
) -> None:
    alarm = alarms.opened(vehicle, level=level, rule="fault.4")
    alarm_news_work()
    advice = open_advice(vehicle)
    assert advice.code == f"service_fault_{min(level, 3)}"
    assert advice.clock is not None
    assert advice.clock.due_at == (alarm.opened_at + term if term else None)  # None: at once
    assert advice.clock.subject == f"OwnerAdvice:{advice.pk}"  # never the desk's


@pytest.mark.parametrize(
    ("hours_between", "code"), [(23, "service_hazard_2"), (24, "service_hazard_1")]
)
def test_a_second_hazard_within_24_hours_shortens_the_term_and_at_24_hours_no_more(
    vehicle: Vehicle, hours_between: int, code: str
) -> None:
    second = timezone.now() - timedelta(minutes=1)
    alarms.opened(vehicle, level=1, rule="hazard.c1", at=second - timedelta(hours=hours_between))
    alarm_news_work()
    assert open_advice(vehicle).code == "service_hazard_1"
    alarms.opened(vehicle, level=1, rule="hazard.c9", at=second)
    alarm_news_work()
    assert open_advice(vehicle).code == code


def test_the_same_hazard_that_comes_again_is_the_second_one_and_counts_from_then(
    vehicle: Vehicle,
) -> None:
    now = timezone.now()
    alarm = alarms.opened(vehicle, level=1, rule="hazard.c1", at=now - timedelta(hours=3))
    alarm_news_work()
    alarms.again(alarm, now - timedelta(hours=1))
    alarm_news_work()
    advice = open_advice(vehicle)
    assert advice.code == "service_hazard_2"
    assert advice.clock is not None
    assert advice.clock.due_at == now - timedelta(hours=1) + DAY
    old = OwnerAdvice.objects.get(outcome="replaced")
    assert old.clock is not None
    assert old.clock.state == "stopped"


def test_a_fault_that_gets_worse_replaces_its_advice_and_a_lesser_one_joins_it(
    vehicle: Vehicle,
) -> None:
    alarm = alarms.opened(vehicle, level=1, rule="fault.4")
    alarm_news_work()
    alarms.worse(alarm, 2)
    alarm_news_work()
    assert open_advice(vehicle).code == "service_fault_2"
    alarms.opened(vehicle, level=1, rule="fault.5")
    alarm_news_work()
    assert open_advice(vehicle).code == "service_fault_2"
    assert OwnerAdvice.objects.count() == 2


def test_whoever_is_told_to_leave_the_vehicle_is_not_told_to_come_within_a_week(
    vehicle: Vehicle,
) -> None:
    alarms.opened(vehicle, level=1, rule="fault.1")
    alarm_news_work()
    alarms.opened(vehicle, level=4, rule="thermal.runaway")
    for level in (3, 2, 1):
        alarms.opened(vehicle, level=level, rule=f"fault.{level + 3}")
    alarm_news_work()
    sms = OwnerNotice.objects.filter(way="sms").order_by("pk")
    assert list(sms.values_list("kind", "state")) == [
        ("owner_fault_1", "unneeded"), ("owner_thermal", "waiting"),
    ]  # fmt: skip


def test_faults_and_hazards_are_advised_side_by_side(vehicle: Vehicle) -> None:
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarms.opened(vehicle, level=1, rule="hazard.c1")
    alarm_news_work()
    found = OwnerAdvice.objects.filter(outcome="open").values_list("family", flat=True)
    assert sorted(found) == ["fault", "hazard"]


def test_late_data_advise_nobody(vehicle: Vehicle) -> None:
    alarms.opened(vehicle, level=3, is_late=True)
    alarm_news_work()
    assert not OwnerAdvice.objects.exists()
    assert not OwnerNotice.objects.exists()


# ---- what came of it


@pytest.mark.parametrize(
    ("outcome", "state"), [("done", "met"), ("refused", "stopped"), ("unreachable", "stopped")]
)
def test_an_outcome_ends_the_owners_clock_and_none_of_the_desk(
    operator: Person, vehicle: Vehicle, outcome: str, state: str
) -> None:
    alarm = alarms.opened(vehicle, level=3, rule="fault.4")
    alarm_news_work()
    advice = open_advice(vehicle)
    advice_outcome(operator, alarm_id=alarm.pk, outcome=outcome, text="工单 8812")
    advice.refresh_from_db()
    assert (advice.outcome, advice.outcome_by) == (outcome, operator)
    assert Clock.objects.get(pk=advice.clock_id).state == state
    of_desk = Clock.objects.filter(subject=f"Alarm:{alarm.pk}")
    assert set(of_desk.values_list("state", flat=True)) == {"running"}
    assert AlarmStep.objects.filter(alarm=alarm, kind="advised", person=operator).count() == 1


def test_an_outcome_is_said_once_in_known_words_with_how_it_is_known(
    operator: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=1, rule="fault.4")
    with pytest.raises(WrongState):  # nothing was advised yet
        advice_outcome(operator, alarm_id=alarm.pk, outcome="done", text="x")
    alarm_news_work()
    for outcome, text in (("fine", "x"), ("done", " ")):
        with pytest.raises(BadInput):
            advice_outcome(operator, alarm_id=alarm.pk, outcome=outcome, text=text)
    advice_outcome(operator, alarm_id=alarm.pk, outcome="done", text="已更换")
    with pytest.raises(WrongState):
        advice_outcome(operator, alarm_id=alarm.pk, outcome="done", text="已更换")


# ---- telling the owner


@pytest.fixture
def owner(safety_head: Person, vehicle: Vehicle) -> OwnerPeriod:
    period = OwnerPeriod.objects.create(
        vehicle=vehicle, kind="person", usage_class="private", since=date(2026, 1, 1)
    )
    values = {"name": "张三", "phone": PHONE}
    owner_identify(safety_head, vin=vehicle.vin, period_id=period.pk, values=values)
    return period


@pytest.fixture
def sms(safety_head: Person) -> None:
    channel_create(safety_head, kind="sms", name="短信", settings={"adapter": "file"}, secrets={})


def sent_lines() -> list[dict[str, str]]:
    outbox = ports().outbox
    if not outbox.exists():
        return []
    return [json.loads(line) for line in outbox.read_text(encoding="utf-8").splitlines()]


def test_the_owner_is_told_by_the_makers_channel_with_proof_and_the_number_is_used_on_record(
    vehicle: Vehicle, owner: OwnerPeriod, sms: None
) -> None:
    before = len(sent_lines())
    alarms.opened(vehicle, level=2, rule="fault.4")
    alarm_news_work()
    assert owner_notices_deliver() == 1
    notice = OwnerNotice.objects.get(way="sms")
    assert (notice.state, notice.kind) == ("sent", "owner_fault_2")
    assert notice.tries.get().outcome == "sent"
    line = sent_lines()[before]
    assert line["to"].endswith(PHONE[-4:])
    assert "1 日内" in line["text"]
    assert vehicle.vin not in line["text"]
    used = AuditRow.objects.get(action="protected.use")
    assert used.maker == vehicle.maker
    assert owner_notices_deliver() == 0


def test_a_gateway_that_repeats_the_number_leaves_no_trace_of_it(
    vehicle: Vehicle, owner: OwnerPeriod, sms: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Sms, message: Message, *_: object) -> Outcome:
        return Outcome(False, f"{message.address} is unknown")

    monkeypatch.setattr(Sms, "send", refuses)
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarm_news_work()
    owner_notices_deliver()
    notice = OwnerNotice.objects.get(way="sms")
    assert (notice.state, notice.answer) == ("failed", "*** is unknown")
    assert notice.tries.get().answer == notice.answer


def test_a_fault_is_wished_for_on_the_terminal_too_and_a_hazard_is_not(vehicle: Vehicle) -> None:
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarms.opened(vehicle, level=1, rule="hazard.c1")
    alarm_news_work()
    ways = OwnerNotice.objects.order_by("pk").values_list("kind", "way", "state")
    assert ("owner_fault_1", "terminal", "recorded") in ways
    assert [way for kind, way, _ in ways if kind == "owner_hazard_1"] == ["sms"]


def test_without_a_number_or_a_channel_it_fails_and_says_so(
    vehicle: Vehicle, owner: OwnerPeriod
) -> None:
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarm_news_work()
    owner_notices_deliver()
    notice = OwnerNotice.objects.get(way="sms")
    assert (notice.state, notice.answer) == ("failed", "no channel of this kind")


def test_the_same_is_told_once_in_24_hours_and_once_more_after_them(vehicle: Vehicle) -> None:
    for number in range(3):
        alarms.opened(vehicle, level=1, rule=f"fault.{number + 1}")
    alarm_news_work()
    told = OwnerNotice.objects.filter(way="sms")
    assert told.count() == 1
    told.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    OwnerNotice.objects.filter(way="terminal").update(
        created_at=timezone.now() - timedelta(hours=25)
    )
    alarms.opened(vehicle, level=1, rule="fault.9")
    alarm_news_work()
    assert told.count() == 2


def test_an_owner_who_opted_out_gets_lesser_messages_no_more_and_grave_ones_always(
    operator: Person, vehicle: Vehicle
) -> None:
    owner_opt_out(operator, vin=vehicle.vin, up_to_level=2, reason="来电要求")
    alarms.opened(vehicle, level=2, rule="fault.4")
    alarm_news_work()
    assert OwnerNotice.objects.get(way="sms").state == "unwanted"
    alarms.opened(vehicle, level=3, rule="fault.5")
    alarm_news_work()
    grave = OwnerNotice.objects.filter(level=3)
    assert set(grave.values_list("way", "state")) == {
        ("sms", "waiting"), ("voice", "waiting"), ("terminal", "recorded"),
    }  # fmt: skip


def test_level_3_is_never_opted_out_and_who_opted_out_may_come_back(
    operator: Person, vehicle: Vehicle, other_operator: Person
) -> None:
    with pytest.raises(BadInput, match="up_to_level"):
        owner_opt_out(operator, vin=vehicle.vin, up_to_level=3, reason="来电要求")
    with pytest.raises(NotFound):
        owner_opt_out(other_operator, vin=vehicle.vin, up_to_level=1, reason="x")
    with pytest.raises(WrongState):
        owner_opt_in(operator, vin=vehicle.vin, reason="来电要求")
    owner_opt_out(operator, vin=vehicle.vin, up_to_level=1, reason="来电要求")
    owner_opt_in(operator, vin=vehicle.vin, reason="来电要求")
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarm_news_work()
    assert OwnerNotice.objects.get(way="sms").state == "waiting"


def test_a_reader_opts_nobody_out(maker: Maker, vehicle: Vehicle) -> None:
    auditor = alarms.person(maker, "auditor", "auditor")
    with pytest.raises(NotPermitted):
        owner_opt_out(auditor, vin=vehicle.vin, up_to_level=1, reason="x")


def test_a_maker_who_lets_owners_refuse_less_still_tells_level_2(
    operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    owner_opt_out(operator, vin=vehicle.vin, up_to_level=2, reason="来电要求")
    rule = DeskRule.objects.get(code="owner_opt_out_level")
    rule.pk, rule.maker, rule.amount = None, vehicle.maker, 1
    rule.proposed_by, rule.approved_by = operator, safety_head
    rule.save()
    alarms.opened(vehicle, level=2, rule="fault.4")
    alarm_news_work()
    assert OwnerNotice.objects.get(way="sms").state == "waiting"


def test_the_makers_own_words_go_before_the_platforms(vehicle: Vehicle) -> None:
    NoticeTemplate.objects.create(
        maker=vehicle.maker, code="owner_fault_1", language="zh-hans", title="提醒", body="请进站"
    )
    alarms.opened(vehicle, level=1, rule="fault.4")
    alarm_news_work()
    assert OwnerNotice.objects.get(way="sms").body == "请进站"


def test_one_alarm_whose_news_fail_holds_up_no_other(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voltward.monitoring.services import alarm_news

    first, second = (alarms.opened(vehicle, rule=rule) for rule in ("fault.1", "hazard.c1"))
    real = alarm_news.owner_advise

    def fails(actor: Person, *, alarm: Alarm) -> OwnerAdvice | None:
        if alarm == first:
            raise RuntimeError("no")
        return real(actor, alarm=alarm)

    monkeypatch.setattr(alarm_news, "owner_advise", fails)
    with pytest.raises(RuntimeError):
        alarm_news_work()
    assert OwnerAdvice.objects.get().alarm == second
    monkeypatch.undo()
    assert alarm_news_work() == 0  # a minute later it is tried again
