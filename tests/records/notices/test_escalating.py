"""Chains: one step after the other until somebody acknowledges."""

from __future__ import annotations

import pytest
from tests.records.notices.conftest import NO, House, late

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records.models import (
    AuditRow,
    Channel,
    Delivery,
    EscalationChain,
    Notice,
    Person,
    Unit,
)
from voltward.records.selectors.recipients import ToChain
from voltward.records.services.notice_chains import Step, chain_change, chain_close, chain_create
from voltward.records.services.notice_escalation import notices_escalate
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.notices import notice_acknowledge

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(safety_head: Person, operator: Person, second: Person, house: House) -> EscalationChain:
    """The operator, three minutes later the second, two minutes later the head of safety."""
    steps = [
        Step(3, person_id=operator.pk),
        Step(2, person_id=second.pk, channels=["sms"]),
        Step(2, role="safety_head"),
    ]
    return chain_create(safety_head, code="urgent", name="紧急", steps=steps)


def told() -> list[str]:
    rows = Delivery.objects.filter(kind="inbox").order_by("pk")
    return [row.person.login for row in rows]


def test_each_step_is_taken_when_its_time_is_over_and_nobody_acknowledged(
    operator: Person, chain: EscalationChain, house: House
) -> None:
    late(operator, ToChain("urgent"))
    assert told() == ["operator"]
    house.clock.advance(179)
    assert (notices_escalate(), told()) == (0, ["operator"])
    house.clock.advance(1)
    assert (notices_escalate(), told()) == (1, ["operator", "second"])
    house.clock.advance(120)
    notices_escalate()
    assert told() == ["operator", "second", "safety-head"]
    house.clock.advance(3600)
    assert (notices_escalate(), told()) == (0, ["operator", "second", "safety-head"])


def test_an_acknowledgement_ends_the_escalation(
    operator: Person, chain: EscalationChain, house: House
) -> None:
    notice = late(operator, ToChain("urgent"))
    notice_acknowledge(operator, notice_id=notice.pk)
    house.clock.advance(3600)
    assert (notices_escalate(), told()) == (0, ["operator"])


def test_a_build_that_ignores_acknowledgements_is_caught(
    operator: Person, chain: EscalationChain, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = Notice.save

    def forgetful(self: Notice, **named: object) -> None:
        if self.acknowledged_at is None:
            save(self, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Notice, "save", forgetful)
    with pytest.raises(AssertionError):
        test_an_acknowledgement_ends_the_escalation(operator, chain, house)


def test_a_step_without_anybody_is_passed_over_at_once(
    operator: Person, chain: EscalationChain, house: House
) -> None:
    operator.is_active = False
    operator.save()
    late(operator, ToChain("urgent"))
    assert told() == ["second"]


def test_a_step_uses_its_own_channels(
    operator: Person, chain: EscalationChain, house: House, ways: dict[str, Channel]
) -> None:
    late(operator, ToChain("urgent"))
    house.clock.advance(180)
    notices_escalate()
    kinds = Delivery.objects.filter(person__login="second").order_by("rank")
    assert [row.kind for row in kinds] == ["inbox", "sms"]


def test_when_no_way_of_a_step_works_the_next_step_does_not_wait(
    operator: Person, chain: EscalationChain, house: House, ways: dict[str, Channel]
) -> None:
    for sender in house.senders.values():
        sender.answer = lambda _message: NO
    late(operator, ToChain("urgent"))
    for _second in range(5):
        notices_deliver()
        house.clock.advance(1)
    notices_escalate()
    assert told()[:2] == ["operator", "second"]


def test_who_was_told_directly_is_called_again_by_the_chain_but_has_one_inbox_row(
    operator: Person, chain: EscalationChain, house: House, ways: dict[str, Channel]
) -> None:
    late(operator, operator, ToChain("urgent"))
    rows = Delivery.objects.filter(person=operator).values_list("step", "kind")
    assert sorted(rows) == [(0, "email"), (0, "inbox"), (0, "sms"), (1, "email"), (1, "sms")]


def test_another_makers_chain_and_a_closed_one_are_not_found(
    operator: Person, other_operator: Person, safety_head: Person, chain: EscalationChain
) -> None:
    with pytest.raises(NotFound):
        late(other_operator, ToChain("urgent"))
    chain_close(safety_head, chain_id=chain.pk)
    with pytest.raises(NotFound):
        late(operator, ToChain("urgent"))
    with pytest.raises(WrongState):
        chain_close(safety_head, chain_id=chain.pk)


def test_who_may_not_manage_notices_changes_no_chain(
    operator: Person, chain: EscalationChain
) -> None:
    steps = [Step(3, role="safety_head")]
    with pytest.raises(NotPermitted):
        chain_create(operator, code="x", name="x", steps=steps)
    with pytest.raises(NotPermitted):
        chain_change(operator, chain_id=chain.pk, name="x", steps=steps)
    with pytest.raises(NotPermitted):
        chain_close(operator, chain_id=chain.pk)
    assert (EscalationChain.objects.count(), chain.steps.count()) == (1, 3)


def test_a_changed_chain_keeps_what_it_was_in_the_audit_trail(
    safety_head: Person, chain: EscalationChain
) -> None:
    chain_change(safety_head, chain_id=chain.pk, name="新", steps=[Step(5, role="safety_head")])
    row = AuditRow.objects.get(action="notice.chain_change")
    assert (len(row.before["steps"]), len(row.after["steps"])) == (3, 1)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [Step(3)],
        [Step(0, role="safety_head")],
        [Step(9999, role="safety_head")],
        [Step(3, role="nobody")],
        [Step(3, role="safety_head", post_id=1)],
        [Step(3, post_id=1, unit_id=1)],
        [Step(3, role="safety_head", channels=["pigeon"])],
        [Step(3, role="safety_head")] * 9,
    ],
)
def test_a_chain_that_leads_nowhere_is_refused_whole(
    safety_head: Person, chain: EscalationChain, steps: list[Step]
) -> None:
    with pytest.raises(BadInput):
        chain_change(safety_head, chain_id=chain.pk, name="x", steps=steps)
    assert chain.steps.count() == 3


def test_a_chain_names_no_person_and_no_unit_of_another_maker(
    safety_head: Person, other_operator: Person, chain: EscalationChain
) -> None:
    foreign = Unit.objects.create(maker=other_operator.maker, code="X", name="X")
    for step in (Step(3, person_id=other_operator.pk), Step(3, role="outlet", unit_id=foreign.pk)):
        with pytest.raises(NotFound):
            chain_create(safety_head, code="foreign", name="x", steps=[step])
    assert EscalationChain.objects.count() == 1
