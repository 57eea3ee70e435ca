"""New keys for every protected value, while people work, and from wherever the last run ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.records.mark_keys import mark_keys_kept

from voltward.base.errors import NotPermitted
from voltward.records import selectors as people
from voltward.records.models import AuditRow, DataKey, KeyRotation, Maker, Person, PersonContact
from voltward.records.protection import keys
from voltward.records.protection.fields import key_ids, opened
from voltward.records.protection.provider import FileProvider, hand_in_provider
from voltward.records.selectors.protection import contact_matching
from voltward.records.services import key_rotation
from voltward.records.services.key_rotation import keys_rotate, retired_keys_destroy
from voltward.records.services.protection import own_contact_change

pytestmark = pytest.mark.django_db
MANY = 7


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[FileProvider]:
    from voltward.records.protection import provider as place

    before, made = place._source[0], FileProvider(mark_keys_kept(tmp_path / "keys"))
    hand_in_provider(lambda: made)
    keys.forget()
    yield made
    hand_in_provider(before)
    keys.forget()


@pytest.fixture
def contacts(maker: Maker) -> list[PersonContact]:
    people_made = Person.objects.bulk_create(
        Person(login=f"p{number}", display_name="x", maker=maker) for number in range(MANY)
    )
    for number, person in enumerate(people_made):
        own_contact_change(person, phone=f"1390000{number:04d}", email="")
    return stored()


def stored() -> list[PersonContact]:
    return list(PersonContact.objects.select_related("person").order_by("pk"))


def phones() -> list[str]:
    return [opened(one.phone) for one in stored()]


def test_every_value_gets_a_new_key_and_reads_as_before(contacts: list[PersonContact]) -> None:
    before, read = key_ids(contacts), phones()
    rotation = keys_rotate(people.installation(), batch=3)
    assert (rotation.rows, rotation.finished_at is not None) == (MANY, True)
    assert phones() == read
    assert not key_ids(stored()) & before
    in_use = DataKey.objects.filter(retired_at=None)
    assert set(in_use.values_list("wrapped_by", flat=True)) == {"master-0002"}
    assert list(contact_matching(contacts[0].person, read[0])) == [contacts[0]]
    assert AuditRow.objects.get(action="key.rotated").after == {"rows": MANY}


def test_a_round_that_was_cut_off_anywhere_goes_on_where_it_was(
    contacts: list[PersonContact], monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(rows: int) -> None:
        raise PowerCutError

    read = phones()
    for _ in range(2):
        with pytest.raises(PowerCutError):
            keys_rotate(people.installation(), batch=2, told=cut)
    assert phones() == read
    rotation = keys_rotate(people.installation(), batch=2)
    assert rotation.rows == MANY  # no row twice
    assert KeyRotation.objects.count() == 1
    assert phones() == read


def test_what_is_written_meanwhile_is_sealed_with_a_new_key_or_opens_still(
    contacts: list[PersonContact],
) -> None:
    def write(rows: int) -> None:
        own_contact_change(contacts[0].person, phone="13811112222", email="")  # done already
        own_contact_change(contacts[-1].person, phone="13833334444", email="")  # still to come

    keys_rotate(people.installation(), batch=4, told=write)
    assert (phones()[0], phones()[-1]) == ("13811112222", "13833334444")


def test_a_new_index_key_still_finds_everything(
    contacts: list[PersonContact], provider: FileProvider
) -> None:
    before = contacts[0].phone_index
    keys_rotate(people.installation(), index=True)
    assert stored()[0].phone_index != before
    assert list(contact_matching(contacts[0].person, "13900000000")) == [contacts[0]]


def test_retired_keys_are_destroyed_once_nothing_needs_them(contacts: list[PersonContact]) -> None:
    keys_rotate(people.installation())
    assert retired_keys_destroy(people.installation()) == 0  # a writer may still hold one
    DataKey.objects.exclude(retired_at=None).update(retired_at=timezone.now() - timedelta(days=1))
    assert retired_keys_destroy(people.installation()) == MANY
    assert len(phones()) == DataKey.objects.count() == MANY


def test_a_retired_key_that_a_row_still_needs_is_kept(contacts: list[PersonContact]) -> None:
    DataKey.objects.update(retired_at=timezone.now() - timedelta(days=1))
    assert retired_keys_destroy(people.installation()) == 0
    keys.forget()
    assert len(phones()) == MANY


def test_a_broken_build_that_asks_no_row_would_lose_values(
    contacts: list[PersonContact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "_still_sealing", lambda ids: set())
    DataKey.objects.update(retired_at=timezone.now() - timedelta(days=1))
    assert retired_keys_destroy(people.installation()) == MANY


def test_a_value_that_does_not_open_stops_nothing(contacts: list[PersonContact]) -> None:
    DataKey.objects.filter(subject=contacts[0].protected_subject()).delete()
    keys.forget()
    assert keys_rotate(people.installation()).rows == MANY
    assert str(stored()[0].phone) == "无法解密"
    assert phones_of(stored()[1:]) == [f"1390000{number:04d}" for number in range(1, MANY)]


def phones_of(rows: list[PersonContact]) -> list[str]:
    return [opened(row.phone) for row in rows]


def test_nobody_rotates_without_the_grant(operator: Person, provider: FileProvider) -> None:
    with pytest.raises(NotPermitted):
        keys_rotate(operator)
    assert not KeyRotation.objects.exists()
    assert provider.master() == "master-0001"


def test_the_command_rotates_and_says_how_fast(contacts: list[PersonContact]) -> None:
    out = StringIO()
    call_command("keys", "rotate", stdout=out)
    assert out.getvalue().startswith(f"master-0002: {MANY} rows, ")
