"""Protected fields: shown in the clear to few and on record, given by oneself, erased for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.conftest import _person
from tests.records.mark_keys import mark_keys_kept

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records.actions import label
from voltward.records.models import AuditRow, DataKey, Maker, Person, PersonContact, ProtectedWindow
from voltward.records.protection import fields, keys
from voltward.records.protection.erasing import ERASERS
from voltward.records.protection.fields import opened
from voltward.records.protection.provider import FileProvider, hand_in_provider
from voltward.records.retention import Held
from voltward.records.selectors import protection as selectors
from voltward.records.services import holds
from voltward.records.services.protection import (
    own_contact_change,
    protected_shown,
    protected_used,
    subject_erase,
)

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13912345678", "canary.address@example.com"


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[FileProvider]:
    """Keys of this test only; another provider is swapped in where a test says so."""
    from voltward.records.protection import provider as place

    before, made = place._source[0], FileProvider(mark_keys_kept(tmp_path / "keys"))
    hand_in_provider(lambda: made)
    keys.forget()
    yield made
    hand_in_provider(before)
    keys.forget()


@pytest.fixture
def dpo(maker: Maker) -> Person:
    return _person("dpo", "data_protection_officer", maker)


@pytest.fixture
def contact(operator: Person) -> PersonContact:
    own_contact_change(operator, phone=PHONE, email=EMAIL)
    return selectors.contact_of(operator, operator.pk)


@pytest.fixture
def second(safety_head: Person) -> PersonContact:
    own_contact_change(safety_head, phone="13700001111", email="")
    return selectors.contact_of(safety_head, safety_head.pk)


def table_text(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_to_json(t)::text, encode(t::text::bytea, 'escape') FROM {table} t"
        )
        return " ".join(str(cell) for row in cursor.fetchall() for cell in row)


# ---- in the clear


def test_a_holder_with_a_reason_sees_one_value_and_the_row_comes_first(
    safety_head: Person, contact: PersonContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    from voltward.records.services import protection as service

    def watched(value: fields.Protected) -> str:
        seen.append(AuditRow.objects.filter(action="owner.read", result="read").count())
        return opened(value)

    monkeypatch.setattr(service, "opened", watched)
    shown = protected_shown(safety_head, record=contact, field="phone", reason="通知车主")
    assert (shown, seen) == (PHONE, [1])
    row = AuditRow.objects.get(action="owner.read")
    assert (row.actor, row.subject) == (safety_head, f"PersonContact:{contact.pk}.phone")
    assert row.after == {"reason": "通知车主"}
    assert PHONE not in table_text("records_auditrow")


def test_without_an_audit_row_no_value_leaves(
    safety_head: Person, contact: PersonContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the trail is gone")

    monkeypatch.setattr("voltward.records.services.protection.reading_recorded", broken)
    with pytest.raises(RuntimeError):
        protected_shown(safety_head, record=contact, field="phone", reason="x")
    assert not ProtectedWindow.objects.exists()


def test_without_the_grant_nothing_is_shown_even_inside_a_window(
    contact: PersonContact, maker: Maker
) -> None:
    quality = _person("quality", "quality_engineer", maker)
    ProtectedWindow.objects.create(
        person=quality, record=label(contact), reason="x", until=timezone.now() + timedelta(hours=1)
    )
    with pytest.raises(NotPermitted):
        protected_shown(quality, record=contact, field="phone", reason="x")
    assert AuditRow.objects.get(action="owner.read").result == "refused"


def test_without_a_reason_no_window_opens(safety_head: Person, contact: PersonContact) -> None:
    with pytest.raises(BadInput):
        protected_shown(safety_head, record=contact, field="phone", reason="  ")
    assert not ProtectedWindow.objects.exists()
    assert not AuditRow.objects.filter(result="read").exists()


def test_a_window_is_one_persons_on_one_record_for_a_quarter_of_an_hour(
    safety_head: Person, dpo: Person, contact: PersonContact, second: PersonContact
) -> None:
    protected_shown(safety_head, record=contact, field="phone", reason="核实")
    assert protected_shown(safety_head, record=contact, field="email") == EMAIL
    assert AuditRow.objects.filter(action="owner.read", result="read").count() == 2
    with pytest.raises(BadInput):
        protected_shown(safety_head, record=second, field="phone")
    with pytest.raises(BadInput):
        protected_shown(dpo, record=contact, field="phone")
    window = ProtectedWindow.objects.get()
    assert timedelta(minutes=14) < window.until - timezone.now() <= timedelta(minutes=15)
    ProtectedWindow.objects.update(until=timezone.now())
    with pytest.raises(BadInput):
        protected_shown(safety_head, record=contact, field="email")


def test_another_makers_record_and_an_unprotected_field_look_like_none(
    contact: PersonContact, other_maker: Maker, safety_head: Person
) -> None:
    stranger = _person("stranger", "safety_head", other_maker)
    with pytest.raises(NotFound):
        protected_shown(stranger, record=contact, field="phone", reason="x")
    with pytest.raises(NotFound):
        protected_shown(safety_head, record=contact, field="phone_index", reason="x")


def test_the_platform_uses_a_value_for_its_messages_and_nobody_else_does(
    contact: PersonContact, safety_head: Person
) -> None:
    from voltward.records.selectors import installation

    sender = installation()
    assert protected_used(sender, record=contact, field="phone", purpose="notice 7") == PHONE
    assert AuditRow.objects.get(action="protected.use").after == {"reason": "notice 7"}
    with pytest.raises(NotPermitted):
        protected_used(safety_head, record=contact, field="phone", purpose="x")


# ---- own contact


@pytest.mark.parametrize(
    ("phone", "email"), [("12ab", ""), ("1234", ""), ("", "nobody"), ("", "a@b")]
)
def test_what_is_no_contact_is_refused_and_nothing_is_kept(
    operator: Person, as_operator: Client, phone: str, email: str
) -> None:
    answer = as_operator.post("/account/contact/", {"phone": phone, "email": email})
    assert answer.status_code == 422
    assert not PersonContact.objects.exists()


def test_a_person_changes_the_own_contact_and_the_trail_names_no_value(
    operator: Person, as_operator: Client
) -> None:
    answer = as_operator.post("/account/contact/", {"phone": PHONE, "email": EMAIL})
    assert answer.status_code == 302
    assert AuditRow.objects.get(action="contact.own").after == {"phone": True, "email": True}


# ---- erasing


def test_erasing_a_subject_destroys_its_keys_and_says_what_was_touched(
    dpo: Person, contact: PersonContact, second: PersonContact
) -> None:
    ERASERS["test place"] = lambda actor, subject: 3
    try:
        touched = subject_erase(dpo, subject=contact.protected_subject(), reason="本人要求")
    finally:
        del ERASERS["test place"]
    assert touched == {"data keys": 1, "records_personcontact": 1, "test place": 3}
    assert AuditRow.objects.get(action="subject.erase").after["touched"] == touched
    gone = selectors.contact_of(dpo, contact.person_id)
    assert str(gone.phone) == "已删除"
    with pytest.raises(keys.Erased):
        opened(gone.email)
    assert (gone.phone_index, gone.email_index) == ("", "")
    key = DataKey.objects.get(subject=contact.protected_subject())
    assert bytes(key.wrapped) == b""
    assert opened(selectors.contact_of(dpo, second.person_id).phone) == "13700001111"


def test_an_erased_person_may_give_a_new_contact(dpo: Person, contact: PersonContact) -> None:
    subject_erase(dpo, subject=contact.protected_subject(), reason="x")
    own_contact_change(contact.person, phone="13711112222", email="")
    assert opened(selectors.contact_of(dpo, contact.person_id).phone) == "13711112222"


def test_nobody_erases_without_the_grant_or_across_makers(
    safety_head: Person, contact: PersonContact, other_maker: Maker
) -> None:
    subject = contact.protected_subject()
    with pytest.raises(NotPermitted):
        subject_erase(safety_head, subject=subject, reason="x")
    stranger = _person("stranger", "data_protection_officer", other_maker)
    for who in (stranger, _person("second-dpo", "data_protection_officer", contact.person.maker)):
        with pytest.raises(NotFound):
            subject_erase(who, subject=subject if who is stranger else "Person:0", reason="x")
    assert opened(selectors.contact_of(safety_head, contact.person_id).phone) == PHONE


def test_a_hold_stops_the_erasing_of_a_subject(dpo: Person, contact: PersonContact) -> None:
    hold = holds.hold_place(dpo, reason="诉讼", records=[contact.protected_subject()])
    with pytest.raises(Held):
        subject_erase(dpo, subject=contact.protected_subject(), reason="x")
    assert opened(selectors.contact_of(dpo, contact.person_id).phone) == PHONE
    holds.hold_lift(dpo, hold_id=hold.pk, reason="结案")
    assert subject_erase(dpo, subject=contact.protected_subject(), reason="x")["data keys"] == 1
