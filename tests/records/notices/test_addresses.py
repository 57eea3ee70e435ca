"""Where notices go: one place for a person's addresses, each use on record before anything leaves."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.answers import body_of
from tests.records.notices.conftest import House, late, person

from voltward.base.errors import BadInput, NotPermitted
from voltward.records.models import (
    Attempt,
    AuditRow,
    Channel,
    DataKey,
    Delivery,
    Maker,
    NoticeSetting,
    Person,
    PersonContact,
)
from voltward.records.protection import keys
from voltward.records.protection.fields import opened
from voltward.records.senders.protocol import Outcome
from voltward.records.services.notice_sending import claimed, notices_deliver
from voltward.records.services.notice_settings import own_notice_setting_change
from voltward.records.services.protection import own_contact_change, subject_erase

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "+86 138-0000 7777", "canary.wang@maker.example"


@pytest.fixture(autouse=True)
def addressed(house: House, ways: dict[str, Channel]) -> None:
    """Mail and SMS that need to know where to."""
    house.senders["email"].address, house.senders["sms"].address = "email", "phone"


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("rank").values_list("kind", "state"))


def test_a_notice_goes_to_the_contact_and_its_use_is_in_the_trail_before_it_leaves(
    operator: Person, house: House, maker: Maker
) -> None:
    contact = own_contact_change(operator, phone=PHONE, email=EMAIL)
    notice = late(operator, Person.objects.get(pk=operator.pk))
    _count, errands = claimed(10)
    assert [one.message.address for one in errands if one.kind == "email" and one.message] == [
        EMAIL
    ]
    assert house.senders["email"].given == []
    row = AuditRow.objects.get(action="protected.use")
    assert (row.subject, row.result) == (f"PersonContact:{contact.pk}.email", "read")
    assert (row.maker, row.after) == (maker, {"reason": f"notice {notice.pk}, email"})
    assert EMAIL not in str(list(AuditRow.objects.values_list("subject", "after")))


def test_each_way_that_is_tried_reads_its_own_address_and_the_next_one_is_dialled_within_60_s(
    operator: Person, house: House
) -> None:
    house.senders["email"].answer = lambda _message: Outcome(False, "no such address")
    own_contact_change(operator, phone=PHONE, email=EMAIL)
    late(operator, Person.objects.get(pk=operator.pk))
    began = house.clock.elapsed_s
    while not house.senders["sms"].given:
        notices_deliver()
        house.clock.advance(1)
        assert house.clock.elapsed_s - began <= 60
    assert house.senders["sms"].given[0].address == "+8613800007777"
    assert AuditRow.objects.filter(action="protected.use").count() == 2


def test_what_was_kept_with_spaces_is_dialled_without(operator: Person, house: House) -> None:
    PersonContact.objects.create(person=operator, phone="138 0000 7777")
    late(operator, Person.objects.get(pk=operator.pk))
    notices_deliver()
    assert house.senders["sms"].given[0].address == "13800007777"


def test_without_an_address_the_makers_ways_are_left_out_and_nothing_is_read(
    operator: Person, house: House
) -> None:
    own_contact_change(operator, phone=PHONE, email="")
    late(operator, Person.objects.get(pk=operator.pk))
    notices_deliver()
    assert states() == {"inbox": "sent", "sms": "sent"}
    assert AuditRow.objects.get(action="protected.use").subject.endswith(".phone")


def test_an_address_of_somebody_erased_opens_no_more_and_the_try_fails(
    operator: Person, house: House, maker: Maker
) -> None:
    own_contact_change(operator, phone="", email=EMAIL)
    late(operator, Person.objects.get(pk=operator.pk))
    dpo = person("dpo", maker, "data_protection_officer")
    subject_erase(dpo, subject=f"Person:{operator.pk}", reason="本人要求")
    keys.forget()
    notices_deliver()
    assert house.senders["email"].given == []
    assert states() == {"inbox": "sent", "email": "failed"}
    assert "cannot be opened" in Attempt.objects.get(delivery__kind="email").answer
    assert DataKey.objects.get().erased_at is not None


# ---- my own address


def test_what_is_typed_in_my_notice_settings_is_my_contact_and_blank_leaves_it(
    as_operator: Client, operator: Person
) -> None:
    given = {"email": EMAIL, "phone": PHONE, "passes_from": "3"}
    assert as_operator.post("/account/notices/", given).status_code == 302
    later = as_operator.post("/account/notices/", {"first": "sms", "passes_from": "3"})
    assert later.status_code == 302
    contact = PersonContact.objects.get(person=operator)
    assert (opened(contact.email), opened(contact.phone)) == (EMAIL, "+8613800007777")
    for path in ("/account/notices/", "/account/contact/"):
        page = body_of(as_operator.get(path)).decode()
        assert EMAIL not in page
        assert "13800007777" not in page
    assert as_operator.post("/account/contact/", {"phone": PHONE, "email": ""}).status_code == 302
    contact = PersonContact.objects.get(person=operator)
    assert (bool(contact.email), bool(contact.phone)) == (False, True)


def test_nobody_sets_the_address_of_anybody_else(
    as_operator: Client, as_nobody: Client, safety_head: Person
) -> None:
    own_contact_change(safety_head, phone="13900001111", email="")
    given = {"email": EMAIL, "phone": "", "passes_from": "3", "person": str(safety_head.pk)}
    for path in ("/account/notices/", "/account/contact/"):
        assert as_nobody.post(path, given).status_code == 302
        assert not PersonContact.objects.exclude(person=safety_head).exists()
    as_operator.post("/account/notices/", given)
    assert opened(PersonContact.objects.get(person=safety_head).phone) == "13900001111"
    assert not PersonContact.objects.get(person=safety_head).email


def test_a_closed_account_sets_no_address(operator: Person) -> None:
    operator.is_active = False
    with pytest.raises(NotPermitted):
        own_contact_change(operator, phone=PHONE, email=EMAIL)
    assert not PersonContact.objects.exists()


def test_a_badly_formed_address_changes_neither_settings_nor_contact(operator: Person) -> None:
    own_contact_change(operator, phone="13900001111", email="")
    with pytest.raises(BadInput, match="email"):
        own_notice_setting_change(
            operator, order=["sms"], language="", quiet=None, email="a@b", phone="13800007777"
        )
    assert opened(PersonContact.objects.get().phone) == "13900001111"
    assert not NoticeSetting.objects.exists()
