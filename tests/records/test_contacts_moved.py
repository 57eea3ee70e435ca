"""What notices kept of people's addresses is moved into their contacts, once, and is gone there."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from tests.records.conftest import TrailDatabase

from voltward.records import selectors, services
from voltward.records.models import DataKey, Maker, NoticeSetting, Person, PersonContact
from voltward.records.notice_ports import ports
from voltward.records.protection import keys
from voltward.records.protection.fields import opened
from voltward.records.selectors.protection import contact_matching
from voltward.records.services.protection import own_contact_change

COLUMNS = "select column_name from information_schema.columns where table_name = %s"


def kept_before(
    database: TrailDatabase, person: Person, *, email: str = "", phone: str = ""
) -> None:
    """A row as it was when notices kept addresses for themselves."""
    sealed = [
        ports().secrets.seal(f"{name}:{person.pk}", text) if text else None
        for name, text in (("email", email), ("phone", phone))
    ]
    database.owner.execute(
        "INSERT INTO records_noticesetting (person_id, language, email_sealed, phone_sealed)"
        " VALUES (%s, '', %s, %s)",
        [person.pk, *sealed],
    )


def columns(database: TrailDatabase) -> set[str]:
    rows = database.owner.execute(COLUMNS, ["records_noticesetting"]).fetchall()
    database.owner.commit()
    return {row[0] for row in rows}


def people(maker: Maker, *logins: str) -> list[Person]:
    return [
        services.person_create(
            selectors.installation(), login=login, display_name=login, maker=maker,
            roles=["monitoring_operator"],
        )
        for login in logins
    ]  # fmt: skip


def test_the_addresses_of_notices_move_into_the_contacts_and_the_second_place_is_gone(
    trail_database: TrailDatabase,
) -> None:
    # made by today's services, before the tables go back to what they were
    maker = services.maker_create(selectors.installation(), name="示例汽车", wmis=["LVV"])
    both, fresh, erased, broken, silent = people(
        maker, "both", "fresh", "erased", "broken", "silent"
    )
    own_contact_change(both, phone="13700001111", email="old@maker.example")
    own_contact_change(erased, phone="13700002222", email="")
    DataKey.objects.filter(subject=f"Person:{erased.pk}").update(
        wrapped=b"", erased_at=timezone.now()
    )
    MigrationExecutor(connections["owner"]).migrate([("records", "0091_add_append_guards")])
    assert {"email_sealed", "phone_sealed"} <= columns(trail_database)
    kept_before(trail_database, both, email="new@maker.example")
    kept_before(trail_database, fresh, phone="13800007777")
    kept_before(trail_database, erased, email="erased@maker.example")
    kept_before(trail_database, silent)
    trail_database.owner.execute(
        "INSERT INTO records_noticesetting (person_id, language, email_sealed)"
        " VALUES (%s, '', '\\x0102')",
        [broken.pk],
    )
    trail_database.owner.commit()
    keys.forget()

    call_command("migrate", "records", verbosity=0)

    assert not {"email_sealed", "phone_sealed"} & columns(trail_database)
    assert NoticeSetting.objects.count() == 5
    contact = PersonContact.objects.get(person=both)
    assert (opened(contact.email), opened(contact.phone)) == ("new@maker.example", "13700001111")
    assert list(contact_matching(fresh, "138 0000 7777")) == [
        PersonContact.objects.get(person=fresh)
    ]
    assert list(contact_matching(both, "old@maker.example")) == []
    assert not PersonContact.objects.get(person=erased).email
    assert not PersonContact.objects.filter(person__in=[broken, silent]).exists()
