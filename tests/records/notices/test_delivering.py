"""The sending job: order of the ways, 60 seconds to the next, quiet hours, groups, and crashes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from threading import Event

import pytest
from tests.records.notices.conftest import DONE, DOWN, NO, House, Obedient, late

from voltward.records.models import (
    Attempt,
    Channel,
    Delivery,
    Maker,
    NoticeSetting,
    Person,
    QuietHours,
)
from voltward.records.senders.protocol import Message, Outcome
from voltward.records.services import notice_sending
from voltward.records.services.notice_outcome import MOST_TRIES
from voltward.records.services.notice_sending import claimed, notices_deliver
from voltward.records.services.notices import notice_acknowledge

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("rank").values_list("kind", "state"))


def run_for(house: House, seconds: int) -> None:
    """The job as it is run every second."""
    for _second in range(seconds):
        notices_deliver()
        house.clock.advance(1)


def test_when_the_first_way_works_the_second_is_never_used(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    late(operator, operator)
    run_for(house, 5)
    assert states() == {"inbox": "sent", "email": "sent", "sms": "unneeded"}
    assert (len(house.senders["email"].given), len(house.senders["sms"].given)) == (1, 0)


@pytest.mark.parametrize("outcome", [DOWN, NO, Outcome(False, "busy", again=True)])
def test_when_a_way_fails_the_next_one_is_tried_within_60_s(
    operator: Person, house: House, ways: dict[str, Channel], outcome: Outcome
) -> None:
    house.senders["email"].answer = lambda _message: outcome
    late(operator, operator)
    began = house.clock.elapsed_s
    while not house.senders["sms"].given:
        notices_deliver()
        house.clock.advance(1)
        assert house.clock.elapsed_s - began <= 60
    assert states()["sms"] == "sent"
    assert states()["email"] in ("failed", "unneeded")


def test_a_build_that_only_repeats_the_first_way_is_caught(
    operator: Person, house: House, ways: dict[str, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.records.services.notice_outcome._next_way", lambda *_: None)
    with pytest.raises(AssertionError):
        test_when_a_way_fails_the_next_one_is_tried_within_60_s(operator, house, ways, DOWN)


def test_a_provider_that_says_nothing_counts_as_failed_after_the_limit(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    release = Event()

    def deaf(_message: Message) -> Outcome:
        release.wait(20)
        return DONE

    house.senders["email"].answer = deaf
    late(operator, operator)
    notices_deliver(limit_s=0.05)
    release.set()
    attempt = Attempt.objects.get(delivery__kind="email")
    assert (attempt.outcome, attempt.answer) == ("again", "no answer within 0.05 s")
    assert states()["sms"] == "waiting"
    assert notice_sending.TRY_LIMIT_S == 10


def test_behind_a_deaf_channel_many_notices_take_the_next_way_without_trying_it(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    house.senders["email"].answer = lambda _message: DOWN
    for number in range(40):
        late(operator, operator, dedup_key=str(number))
    for _second in range(4):
        notices_deliver(batch=8)
        house.clock.advance(1)
    assert Delivery.objects.filter(kind="sms", state="sent").count() == 40
    assert len(house.senders["email"].given) <= 8
    told = Attempt.objects.filter(delivery__kind="email", answer="channel is down")
    assert told.count() >= 32


def test_a_way_that_heals_is_tried_again_with_growing_waits(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    ways["sms"].delete()
    answers = iter([DOWN, DOWN, DONE])
    house.senders["email"].answer = lambda _message: next(answers)
    late(operator, operator)
    for _step in range(14):
        notices_deliver()
        house.clock.advance(5)
    attempts = Attempt.objects.filter(delivery__kind="email", answer__in=["ok", "nobody there"])
    assert [one.outcome for one in attempts.order_by("pk")] == ["again", "again", "sent"]
    keys = {message.key for message in house.senders["email"].given}
    assert len(keys) == 1


def test_a_way_that_never_works_ends_as_failed_with_every_try_on_record(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    for sender in house.senders.values():
        sender.answer = lambda _message: Outcome(False, "busy", again=True)
    late(operator, operator)
    for _step in range(60):
        notices_deliver()
        house.clock.advance(600)
    assert states() == {"inbox": "sent", "email": "failed", "sms": "failed"}
    assert Attempt.objects.filter(delivery__kind="email").count() == MOST_TRIES


def test_a_persons_own_order_comes_before_the_makers(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    NoticeSetting.objects.create(person=operator, order=["sms", "email"])
    late(operator, operator)
    notices_deliver()
    assert states() == {"inbox": "sent", "sms": "sent", "email": "unneeded"}


def test_whoever_has_no_address_is_not_silently_skipped_where_it_was_asked_for(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    house.senders["email"].address = "email"
    NoticeSetting.objects.create(person=operator, order=["email", "sms"])
    late(operator, operator)
    run_for(house, 3)
    assert states() == {"inbox": "sent", "email": "failed", "sms": "sent"}
    assert "no address" in Attempt.objects.get(delivery__kind="email").answer


def test_a_closed_channel_gives_way_to_the_next(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    late(operator, operator)
    Channel.objects.filter(kind="email").update(closed_at="2026-01-01T00:00Z")
    run_for(house, 2)
    assert states() == {"inbox": "sent", "email": "failed", "sms": "sent"}


def test_a_sender_with_a_fault_of_ours_fails_that_try_and_no_other(
    operator: Person, second: Person, house: House, ways: dict[str, Channel]
) -> None:
    def faulty(message: Message) -> Outcome:
        raise ValueError("canary-secret-5f2c")

    house.senders["email"].answer = faulty
    late(operator, operator, second)
    run_for(house, 2)
    assert Delivery.objects.filter(kind="sms", state="sent").count() == 2
    assert not Attempt.objects.filter(answer__contains="canary").exists()


# ---- quiet hours: 08:30:05 in Shanghai


def quiet(person: Person, starts: str, ends: str, passes_from: int = 3) -> None:
    QuietHours.objects.create(
        person=person, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends),
        passes_from=passes_from,
    )  # fmt: skip


def test_in_quiet_hours_only_the_inbox_hears_and_the_rest_follows_at_their_end(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    quiet(operator, "22:00", "08:31")
    late(operator, operator, severity=2)
    for _step in range(5):
        notices_deliver()
        house.clock.advance(10)
    assert states() == {"inbox": "sent", "email": "waiting", "sms": "standby"}
    assert house.senders["email"].given == []
    run_for(house, 8)
    assert states()["email"] == "sent"


def test_an_urgent_notice_passes_quiet_hours(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    quiet(operator, "22:00", "09:00")
    late(operator, operator, severity=3)
    notices_deliver()
    assert states()["email"] == "sent"


# ---- groups


@pytest.fixture
def group(maker: Maker, obedient: dict[str, Obedient]) -> Channel:
    return Channel.objects.create(maker=maker, kind="wecom", name="值班群")


def test_a_group_hears_of_a_notice_once_however_many_of_its_people_are_told(
    operator: Person, second: Person, house: House, group: Channel
) -> None:
    late(operator, operator, second)
    notices_deliver(batch=3)  # the second person's row comes in the next batch
    run_for(house, 2)
    assert len(house.senders["wecom"].given) == 1
    assert set(Delivery.objects.values_list("kind", "state")) == {
        ("inbox", "sent"),
        ("wecom", "sent"),
    }
    assert Attempt.objects.filter(outcome="shared").count() == 1


def test_when_the_group_does_not_hear_every_one_of_its_people_goes_the_next_way(
    operator: Person, second: Person, house: House, group: Channel, maker: Maker
) -> None:
    Channel.objects.create(maker=maker, kind="sms", name="sms", position=20)
    house.senders["wecom"].answer = lambda _message: DOWN
    late(operator, operator, second)
    run_for(house, 2)
    assert len(house.senders["wecom"].given) == 1
    assert len(house.senders["sms"].given) == 2


# ---- crashes


class Killed(BaseException):
    """kill -9: nothing after it runs, and no transaction in hand is committed."""


def before_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    def carried(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(notice_sending, "carried", carried)


def before_noting(monkeypatch: pytest.MonkeyPatch) -> None:
    def noted(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(notice_sending, "noted", noted)


def while_noting(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(notice_sending, "sent", sent)


CRASHES: list[Callable[[pytest.MonkeyPatch], None]] = [before_sending, before_noting, while_noting]


@pytest.mark.parametrize("crash", CRASHES)
def test_a_kill_at_any_point_may_send_twice_but_never_not_at_all(
    operator: Person, house: House, ways: dict[str, Channel],
    monkeypatch: pytest.MonkeyPatch, crash: Callable[[pytest.MonkeyPatch], None],
) -> None:  # fmt: skip
    ways["sms"].delete()
    late(operator, operator)
    with monkeypatch.context() as patched:
        crash(patched)
        with pytest.raises(Killed):
            notices_deliver()
    for _step in range(12):
        notices_deliver()
        house.clock.advance(5)
    assert 1 <= len(house.senders["email"].given) <= 2
    assert states() == {"inbox": "sent", "email": "sent"}
    assert Attempt.objects.filter(delivery__kind="email", outcome="lost").count() == 1


def test_a_build_that_notes_before_it_sends_is_caught(
    operator: Person, house: House, ways: dict[str, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = claimed

    def hasty(batch: int) -> object:
        found = right(batch)
        Delivery.objects.filter(state="sending").update(state="sent", due_at=None)
        return found

    monkeypatch.setattr(notice_sending, "claimed", hasty)
    with pytest.raises(AssertionError):
        test_a_kill_at_any_point_may_send_twice_but_never_not_at_all(
            operator, house, ways, monkeypatch, before_sending
        )


def test_what_one_process_has_claimed_another_leaves_alone(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    late(operator, operator)
    assert claimed(10)[0] == 2
    house.clock.advance(29)
    assert claimed(10)[0] == 0


def test_an_acknowledgement_while_sending_is_not_undone_by_the_outcome(
    operator: Person, house: House, ways: dict[str, Channel]
) -> None:
    notice = late(operator, operator)

    def meanwhile(_message: Message) -> Outcome:
        return NO

    house.senders["email"].answer = meanwhile
    _count, errands = claimed(10)
    notice_acknowledge(operator, notice_id=notice.pk)
    for errand in errands:
        notice_sending.noted(errand, NO)
    assert states()["sms"] == "unneeded"


def test_the_job_is_run_by_the_office_every_second() -> None:
    from voltward.pages.room import REGISTRY

    jobs = {job.name: job for job in REGISTRY.jobs()}
    assert jobs["notices.deliver"].every_s == jobs["notices.escalate"].every_s == 1
