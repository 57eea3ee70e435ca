"""Commands to vehicles: asked for, agreed to, queued, sent, answered or given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from tests.exchange.downlinks_made import Office, agreed, alarm_of, answer, asked, over
from tests.exchange.platforms_made import person

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.entry import downlink_stream
from voltward.exchange import downlink_states as states
from voltward.exchange.downlink_words import answer_lines, lines_of
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.selectors.downlink import downlink_offered
from voltward.exchange.services import downlink_running
from voltward.exchange.services.downlink import downlink_withdraw, password_of
from voltward.fleet.models import Vehicle
from voltward.frames.as_json import body_to_dict
from voltward.frames.frame import decode_frame
from voltward.records.approvals import approval_accept, approval_refuse, approval_withdraw
from voltward.records.models import AuditRow, DeadlineRule, Maker, Person

pytestmark = pytest.mark.django_db
MINUTE = timedelta(seconds=61)
UPGRADE = {
    "upgrade_url": "https://ota.example.com/a.bin", "dial_apn": "cmnet", "dial_user": "u",
    "upgrade_address": "203.0.113.7", "upgrade_port": 15163, "terminal_maker_id": "VW01",
    "hardware_version": "H1.0", "firmware_version": "F2.3", "upgrade_limit_min": 30,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange runs in the test's own transaction."""
    monkeypatch.setattr(downlink_stream, "close_old_connections", lambda: None)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def engineer(maker: Maker) -> Person:
    return person(maker, "quality", "quality_engineer")


def seen(row: DownlinkCommand) -> DownlinkCommand:
    return DownlinkCommand.objects.select_related("vehicle").get(pk=row.pk)


def test_nothing_is_sent_before_a_second_person_agrees(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = asked(operator, vehicle)
    assert office.wanted() == ()
    assert row.approval is not None
    with pytest.raises(NotPermitted):
        approval_accept(operator, approval_id=row.approval.pk)
    approval_accept(safety_head, approval_id=row.approval.pk)
    (one,) = office.wanted()
    assert (one.number, one.attempt, one.vin.decode()) == (row.pk, 1, vehicle.vin)
    assert seen(row).valid_until is not None
    told = AuditRow.objects.filter(subject=f"DownlinkCommand:{row.pk}", result="done")
    assert set(told.values_list("action", flat=True)) == {"downlink.ask", "downlink.approve"}


def test_who_may_not_ask_asks_nothing_and_another_makers_vehicle_is_not_there(
    vehicle: Vehicle, stranger: Person, engineer: Person
) -> None:
    with pytest.raises(NotPermitted):
        asked(engineer, vehicle)
    with pytest.raises(NotFound):
        asked(stranger, vehicle)
    assert not DownlinkCommand.objects.exists()


@pytest.mark.parametrize("control", [1, 2, 4])
def test_dangerous_commands_need_an_open_alarm_or_case_of_the_vehicle(
    control: int, operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    body = UPGRADE if control == 1 else {}
    facts = {"kind": "control", "control": control, "body": body}
    closed = over(alarm_of(vehicle), safety_head)
    for grounds in ("", f"Alarm:{closed.pk}", "WatchCase:1"):
        with pytest.raises(BadInput):
            asked(operator, vehicle, grounds=grounds, **facts)
    alarm = alarm_of(vehicle)
    row = asked(operator, vehicle, grounds=f"Alarm:{alarm.pk}", **facts)
    over(alarm, safety_head)
    assert row.approval is not None
    with pytest.raises(WrongState):  # what made it necessary is over
        approval_accept(safety_head, approval_id=row.approval.pk)
    assert seen(row).state == states.ASKED


def test_harmless_commands_need_a_reason_only(operator: Person, vehicle: Vehicle) -> None:
    with pytest.raises(BadInput):
        asked(operator, vehicle, kind="control", control=3, body={}, grounds="Alarm:1")
    assert asked(operator, vehicle, kind="control", control=3, body={}).state == states.ASKED


def test_the_database_itself_wants_grounds_and_a_second_person(
    operator: Person, vehicle: Vehicle
) -> None:
    row = asked(operator, vehicle)
    for change in ({"control": 2}, {"state": "queued", "approved_by": operator}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DownlinkCommand.objects.filter(pk=row.pk).update(**change)


def test_an_answer_ends_the_command_and_frees_the_queue(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    first, second = (agreed(operator, safety_head, vehicle) for _ in range(2))
    (one,) = office.wanted()
    frame = office.sends(one)
    assert seen(first).state == states.SENT
    assert office.wanted() == ()  # one of a vehicle in flight
    told = frame[24:30] + b"\x02\x02\x00\x0a\x09\x3c"
    office.answers(vehicle, answer(frame, unit=told))
    done = seen(first)
    assert (done.state, done.flag) == (states.DONE, 1)
    assert [text for _, text in answer_lines(done)] == ["10", "60"]
    assert [one.number for one in office.wanted()] == [second.pk]


@pytest.mark.parametrize("unit", [None, b"", b"\x1a\x03\x0f\x08\x1e\x05"])
def test_answers_with_the_commands_time_none_or_their_own_are_matched(
    unit: bytes | None, operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle, kind="set", body={"values": {"2": 10}})
    (one,) = office.wanted()
    frame = office.sends(one)
    office.answers(vehicle, answer(frame, flag=2, unit=unit))
    assert (seen(row).state, seen(row).flag) == (states.FAILED, 2)


def test_a_late_answer_goes_to_its_own_command_not_to_the_one_in_flight(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    first = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    late = office.sends(one, 5 * MINUTE)
    office.exchange.step()
    assert seen(first).state == states.TIMED_OUT
    second = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    office.sends(one)
    office.answers(vehicle, answer(late))
    assert (seen(first).state, seen(second).state) == (states.DONE, states.SENT)


def answers_to_the_one_in_flight(news: downlink_running.DownlinkNews) -> DownlinkCommand | None:
    """A broken build: the time that an answer repeats is not looked at."""
    rows = DownlinkCommand.objects.filter(vehicle__vin=news.vin, state=states.SENT)
    return rows.first()


def test_that_test_notices_a_build_that_does_not_look_at_the_time(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(downlink_running, "_answered_row", answers_to_the_one_in_flight)
    with pytest.raises(AssertionError):
        test_a_late_answer_goes_to_its_own_command_not_to_the_one_in_flight(
            operator, safety_head, vehicle, office
        )


def test_without_an_answer_the_same_bytes_go_three_times_more_and_then_it_is_given_up(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    frame = office.sends(one, 3 * MINUTE)
    for attempt in (2, 3, 4):
        (again,) = office.wanted()
        assert (again.attempt, again.frame) == (attempt, frame)
        office.sends(again, timedelta(0) if attempt == 4 else MINUTE)
    assert (office.wanted(), seen(row).state) == ((), states.SENT)
    DownlinkCommand.objects.filter(pk=row.pk).update(sent_at=datetime.now(UTC) - 5 * MINUTE)
    office.exchange.step()
    assert (seen(row).state, seen(row).sent_attempt) == (states.TIMED_OUT, 4)


def test_a_command_whose_vehicle_does_not_come_expires_unsent(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle)
    DownlinkCommand.objects.filter(pk=row.pk).update(valid_until=datetime.now(UTC))
    assert office.wanted() == ()
    assert (seen(row).state, seen(row).sent_at) == (states.EXPIRED, None)


def test_no_command_is_agreed_to_without_the_rule_of_how_long_it_waits(
    operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    DeadlineRule.objects.filter(code="downlink_waits").update(is_on=False)
    with pytest.raises(WrongState):
        agreed(operator, safety_head, vehicle)


def test_what_has_not_been_sent_can_be_taken_back_and_what_was_cannot(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle)
    with pytest.raises(BadInput):
        downlink_withdraw(operator, command_id=row.pk, reason=" ")
    downlink_withdraw(operator, command_id=row.pk, reason="不再需要")
    assert (office.wanted(), seen(row).state) == ((), states.WITHDRAWN)
    row = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    office.sends(one)
    with pytest.raises(WrongState):
        downlink_withdraw(operator, command_id=row.pk, reason="太晚")


def test_what_left_in_the_instant_it_was_taken_back_counts_as_sent(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    downlink_withdraw(operator, command_id=row.pk, reason="不再需要")
    office.sends(one)
    assert seen(row).state == states.SENT


@pytest.mark.parametrize("decide", [approval_refuse, approval_withdraw])
def test_a_wish_that_is_refused_or_taken_back_ends_the_command(
    decide, operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:  # type: ignore[no-untyped-def]
    row = asked(operator, vehicle)
    assert row.approval is not None
    if decide is approval_refuse:
        approval_refuse(safety_head, approval_id=row.approval.pk, note="理由不足")
    else:
        approval_withdraw(operator, approval_id=row.approval.pk)
    wanted = states.REFUSED if decide is approval_refuse else states.WITHDRAWN
    assert seen(row).state == wanted


def test_a_vehicle_of_another_edition_is_not_sent_what_it_would_misread(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    row = agreed(operator, safety_head, vehicle)
    office.told("unfit", number=row.pk, attempt=1, edition=2025)
    assert (seen(row).state, office.wanted()) == (states.UNFIT, ())


def test_news_taken_twice_change_nothing_the_second_time(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office, tmp_path: Path
) -> None:
    row = agreed(operator, safety_head, vehicle)
    (one,) = office.wanted()
    office.answers(vehicle, answer(office.sends(one)))
    rows = AuditRow.objects.count()
    again = downlink_stream.DownlinkExchange(office.settings)  # as after a restart
    again.step()
    assert (seen(row).state, AuditRow.objects.count()) == (states.DONE, rows)
    assert downlink_offered() == []


def test_an_upgrade_is_written_as_the_standard_has_it_and_its_password_lies_sealed(
    operator: Person, safety_head: Person, vehicle: Vehicle, office: Office
) -> None:
    alarm = alarm_of(vehicle)
    row = agreed(
        operator, safety_head, vehicle, kind="control", control=1, body=UPGRADE,
        password="dial-secret", grounds=f"Alarm:{alarm.pk}",
    )  # fmt: skip
    (one,) = office.wanted()
    frame = decode_frame(office.sends(one))
    assert frame.problems == ()
    assert (
        b"https://ota.example.com/a.bin;cmnet;u;dial-secret;\0\0\xcb\x00\x71\x07;\x3b\x3b;"
        in frame.unit
    )
    assert password_of(seen(row)) == "dial-secret"
    assert b"dial-secret" not in bytes(seen(row).sealed or b"")
    for audit in AuditRow.objects.all():
        assert "dial-secret" not in f"{audit.before}{audit.after}"
    assert all("dial-secret" not in text for _, text in lines_of(seen(row)))


@pytest.mark.parametrize(
    ("edition", "values", "unit"),
    [
        (2016, {"2": 10, "5": "a.cn", "3": 0.5}, "04 02000a 0301f4 0404 05612e636e"),
        (2025, {"2": 10, "3": 1}, "02 020a 0301"),
    ],
)
def test_values_are_written_in_the_widths_of_the_edition(
    edition: int, values: dict[str, object], unit: str, operator: Person, safety_head: Person,
    vehicle: Vehicle, office: Office,
) -> None:  # fmt: skip
    agreed(operator, safety_head, vehicle, kind="set", edition=edition, body={"values": values})
    (one,) = office.wanted()
    frame = decode_frame(one.frame)
    assert frame.problems == ()
    assert frame.unit[6:] == bytes.fromhex(unit)
    assert body_to_dict(frame)["params"]["0x02"] == 10


@pytest.mark.parametrize(
    "facts",
    [
        {"body": {"ids": []}},
        {"body": {"ids": [0x50]}},
        {"kind": "set", "body": {"values": {"7": "V1"}}},  # read-only
        {"kind": "set", "body": {"values": {"2": 601}}},
        {"kind": "set", "edition": 2025, "body": {"values": {"2": 31}}},
        {"kind": "control", "control": None, "body": {}},
        {"kind": "control", "control": 6, "body": {"level": 4, "text": "x"}},
        {"kind": "control", "control": 3, "body": {}, "password": "none has one"},
        {"edition": 2020},
        {"reason": " "},
    ],
)
def test_what_the_edition_cannot_say_is_refused_and_nothing_is_written(
    facts: dict[str, object], operator: Person, vehicle: Vehicle
) -> None:
    with pytest.raises(BadInput):
        asked(operator, vehicle, **facts)
    assert not DownlinkCommand.objects.exists()
