"""Protected fields: sealed in the table, bound to their place, found exactly, masked when shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.template import Context, Template
from django.test import Client
from tests.records.mark_keys import mark_keys_kept

from voltward.base.errors import NotFound
from voltward.records.models import DataKey, Person, PersonContact
from voltward.records.protection import fields, keys
from voltward.records.protection.ciphers import SM4_GCM, Unreadable
from voltward.records.protection.fields import opened
from voltward.records.protection.provider import FileProvider, hand_in_provider
from voltward.records.selectors import protection as selectors
from voltward.records.services.protection import own_contact_change

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


def raw(contact: PersonContact, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM records_personcontact WHERE id = %s", [contact.pk])
        return bytes(cursor.fetchone()[0])


def put(contact: PersonContact, column: str, value: bytes) -> PersonContact:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE records_personcontact SET {column} = %s WHERE id = %s", [value, contact.pk]
        )
    return selectors.contact_visible(contact.person).get(pk=contact.pk)


def counted() -> float:
    return sum(
        sample.value for metric in fields.UNREADABLE.collect() for sample in metric.samples
        if sample.name.endswith("_total")
    )  # fmt: skip


# ---- at rest


def leaks(contact: PersonContact) -> list[str]:
    """Canaries that stand in any table of the office in any spelling."""
    tables = [
        name for name in connection.introspection.table_names() if name.startswith("records_")
    ]
    dump = " ".join(table_text(table) for table in tables)
    spellings = [
        (text, text.encode().hex()) for text in (PHONE, EMAIL, PHONE[4:], "canary.address")
    ]
    return [text for text, octets in spellings if text in dump or octets in dump]


def test_no_canary_stands_in_any_table_in_the_clear(contact: PersonContact) -> None:
    assert leaks(contact) == []
    assert raw(contact, "phone") != raw(contact, "email")


def test_a_broken_build_that_stores_the_text_as_it_is_would_be_caught(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "seal", lambda algorithm, key, plain, bound: plain)
    own_contact_change(operator, phone=PHONE, email="")
    contact = PersonContact.objects.get()
    assert PHONE in leaks(contact)


def test_the_same_value_is_sealed_differently_each_time(contact: PersonContact) -> None:
    before = raw(contact, "phone")
    own_contact_change(contact.person, phone=PHONE, email=EMAIL)
    assert raw(contact, "phone") != before


def test_plain_text_cannot_reach_the_table_past_the_sealing(contact: PersonContact) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        PersonContact.objects.update(phone=PHONE)
    with pytest.raises(TypeError), transaction.atomic():
        PersonContact.objects.filter(phone=PHONE).exists()
    contact.phone = "13811112222"
    with pytest.raises(TypeError), transaction.atomic():
        PersonContact.objects.bulk_update([contact], ["phone"])
    assert "13811112222" not in table_text("records_personcontact")


def test_saving_a_protected_field_alone_saves_its_index_too(contact: PersonContact) -> None:
    contact.phone = "13811112222"
    contact.save(update_fields=["phone"])
    assert list(selectors.contact_matching(contact.person, "138 1111 2222")) == [contact]
    assert not selectors.contact_matching(contact.person, PHONE).exists()


def test_a_refreshed_and_a_deferred_value_open_as_before(contact: PersonContact) -> None:
    contact.refresh_from_db()
    assert opened(contact.phone) == PHONE
    assert opened(PersonContact.objects.defer("phone").get(pk=contact.pk).phone) == PHONE
    empty = PersonContact(person=contact.person)
    assert (bool(empty.phone), str(empty.phone)) == (False, "")


# ---- bound to their place


def swapped(one: PersonContact, other: PersonContact) -> list[tuple[PersonContact, str]]:
    """The same ciphertext in another row, in another column, and with a bit turned over."""
    sealed, own = raw(other, "phone"), raw(one, "phone")
    turned = own[:-1] + bytes([own[-1] ^ 1])
    return [
        (put(one, "phone", sealed), "phone"),
        (put(one, "email", own), "email"),
        (put(one, "phone", turned), "phone"),
        (put(one, "phone", b"13912345678"), "phone"),
    ]


def test_a_ciphertext_that_was_moved_or_changed_is_refused_counted_and_never_garbage(
    contact: PersonContact, second: PersonContact
) -> None:
    for moved, column in swapped(contact, second):
        before = counted()
        with pytest.raises(Unreadable, match=f"records_personcontact.{column}"):
            opened(getattr(moved, column))
        assert counted() == before + 1
        assert str(getattr(moved, column)) == "无法解密"


def test_a_ciphertext_of_the_same_subject_in_another_row_is_refused_too(
    contact: PersonContact,
) -> None:
    """The key alone does not tell these apart: only the row in the associated data does."""
    sealed = raw(contact, "phone")
    PersonContact.objects.filter(pk=contact.pk).delete()
    own_contact_change(contact.person, phone="13700001111", email="")
    again = PersonContact.objects.select_related("person").get()
    with pytest.raises(Unreadable):
        opened(put(again, "phone", sealed).phone)


def test_a_broken_build_without_associated_data_would_be_caught(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "place_of", lambda field, record, key: b"")
    own_contact_change(operator, phone=PHONE, email=EMAIL)
    contact = PersonContact.objects.select_related("person").get()
    moved = put(contact, "email", raw(contact, "phone"))
    assert opened(moved.email) == PHONE  # the swap goes through: what the test above refuses


def test_a_protected_value_cannot_be_given_to_another_record(
    contact: PersonContact, second: PersonContact
) -> None:
    with pytest.raises(TypeError):
        second.phone = contact.phone


def test_a_data_key_moved_to_another_subject_does_not_open(
    contact: PersonContact, second: PersonContact
) -> None:
    mine, other = (
        DataKey.objects.get(subject=contact.protected_subject()),
        DataKey.objects.get(subject=second.protected_subject()),
    )
    DataKey.objects.filter(pk=other.pk).update(wrapped=mine.wrapped)
    keys.forget()
    assert str(selectors.contact_of(second.person, second.person_id).phone) == "无法解密"


# ---- search


def test_a_value_is_found_exactly_however_it_is_written(
    contact: PersonContact, second: PersonContact
) -> None:
    assert list(selectors.contact_matching(contact.person, "+86 139-1234-5678")) == [contact]
    assert list(selectors.contact_matching(contact.person, EMAIL.upper())) == [contact]
    assert not selectors.contact_matching(contact.person, PHONE[:-1]).exists()


def test_equal_values_of_two_columns_have_different_indexes(operator: Person) -> None:
    own = PersonContact(person=operator, phone=PHONE)
    fields.seal_pending(own)
    index = PersonContact._meta.get_field("email_index")
    assert isinstance(index, fields.BlindIndex)
    assert own.phone_index != index.digest(PHONE)


def test_another_makers_contacts_are_not_found(
    contact: PersonContact, other_operator: Person
) -> None:
    assert not selectors.contact_matching(other_operator, PHONE).exists()
    with pytest.raises(NotFound):
        selectors.contact_of(other_operator, contact.person_id)


# ---- masks


def shown_everywhere(contact: PersonContact) -> str:
    page = Template("{{ c.phone }} {{ c.email }} {{ c.phone|default:'-' }}")
    again = f"{contact.phone} {contact.phone!r} {contact.phone!s} {[contact.email]}"
    return page.render(Context({"c": contact})) + again


def test_what_is_shown_is_a_mask(contact: PersonContact, as_operator: Client) -> None:
    assert "139****5678 c***@example.com 139****5678" in shown_everywhere(contact)
    text = shown_everywhere(contact) + as_operator.get("/account/contact/").content.decode()
    assert PHONE not in text
    assert EMAIL not in text
    assert "139****5678" in text


def test_a_broken_build_whose_mask_hides_nothing_would_be_caught(
    contact: PersonContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = PersonContact._meta.get_field("phone")
    monkeypatch.setattr(field, "mask", lambda value: value)
    assert PHONE in shown_everywhere(contact)


# ---- providers and lists


def test_another_provider_seals_with_its_own_suite_and_reads_the_first_ones(
    contact: PersonContact, safety_head: Person, tmp_path: Path
) -> None:
    hand_in_provider(lambda: FileProvider(tmp_path / "keys", "sm"))
    own_contact_change(safety_head, phone="13700001111", email="")
    key = DataKey.objects.get(subject=f"Person:{safety_head.pk}")
    assert key.algorithm == SM4_GCM.number
    assert opened(selectors.contact_of(safety_head, safety_head.pk).phone) == "13700001111"
    assert opened(selectors.contact_of(safety_head, contact.person_id).phone) == PHONE
    assert list(selectors.contact_matching(safety_head, PHONE)) == [contact]


def test_a_list_reads_the_keys_of_all_its_rows_in_one_query(
    contact: PersonContact, second: PersonContact, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    keys.forget()
    rows = list(selectors.contact_visible(contact.person))
    with django_assert_num_queries(1):
        shown = [str(row.phone) for row in fields.warmed(rows)]
    assert shown == ["139****5678", "137****1111"]


def test_of_two_writers_at_once_both_use_the_key_that_was_kept(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, first = keys.fresh, []

    def beaten(maker_id: int | None, subject: str) -> tuple[DataKey, keys.Key]:
        row, key = fresh(maker_id, subject)
        row.save()  # the other writer commits between our question and our insert
        first.append(key)
        return fresh(maker_id, subject)

    monkeypatch.setattr(keys, "fresh", beaten)
    assert keys.in_use(operator.maker_id, "Person:1") == first[0]
    assert DataKey.objects.count() == 1
