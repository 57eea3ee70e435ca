"""Links between records of any rooms; events told inside the transaction."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.fleet import services
from voltward.fleet.models import Vehicle
from voltward.records import events, links
from voltward.records.actions import label
from voltward.records.models import AuditRow, Link, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> links.LinkKind:
    made = links.LinkKind("test.cause", "起因于", "导致")
    monkeypatch.setitem(links.KINDS, made.code, made)
    return made


@pytest.fixture
def second(operator: Person) -> Vehicle:
    return services.vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)


def test_a_link_is_shown_on_both_pages_in_its_own_words(
    operator: Person, vehicle: Vehicle, second: Vehicle, kind: links.LinkKind
) -> None:
    links.link_make(operator, kind=kind.code, source=label(vehicle), target=label(second))
    links.link_make(operator, kind=kind.code, source=label(vehicle), target=label(second))
    (there,) = links.links_of(operator, label(vehicle))
    (back,) = links.links_of(operator, label(second))
    assert (there.title, there.hit and there.hit.title) == ("起因于", second.vin)
    assert (back.title, back.hit and back.hit.title) == ("导致", vehicle.vin)


def test_a_link_to_a_room_that_is_absent_waits(
    operator: Person, vehicle: Vehicle, kind: links.LinkKind
) -> None:
    Link.objects.create(
        maker=operator.maker, kind=kind.code, source=label(vehicle), target="Defect:1",
        made_by=operator,
    )  # fmt: skip
    (shown,) = links.links_of(operator, label(vehicle))
    assert (shown.other, shown.hit) == ("Defect:1", None)


def test_another_makers_record_cannot_be_linked_nor_seen(
    operator: Person,
    other_operator: Person,
    vehicle: Vehicle,
    other_vehicle: Vehicle,
    kind: links.LinkKind,
) -> None:
    with pytest.raises(NotFound, match=label(other_vehicle)):
        links.link_make(
            operator, kind=kind.code, source=label(vehicle), target=label(other_vehicle)
        )
    assert not Link.objects.exists()
    assert links.links_of(other_operator, label(vehicle)) == []


def test_links_need_the_grant_a_known_kind_and_two_records(
    operator: Person, integrator: Person, vehicle: Vehicle, kind: links.LinkKind
) -> None:
    with pytest.raises(NotPermitted):
        links.link_make(integrator, kind=kind.code, source=label(vehicle), target="Vehicle:1")
    with pytest.raises(BadInput, match="kind"):
        links.link_make(operator, kind="nothing", source=label(vehicle), target="Vehicle:1")
    with pytest.raises(BadInput, match="itself"):
        links.link_make(operator, kind=kind.code, source=label(vehicle), target=label(vehicle))


def test_a_removed_link_leaves_its_trail(
    operator: Person,
    other_operator: Person,
    vehicle: Vehicle,
    second: Vehicle,
    kind: links.LinkKind,
) -> None:
    link = links.link_make(operator, kind=kind.code, source=label(vehicle), target=label(second))
    with pytest.raises(NotFound):
        links.link_remove(other_operator, link_id=link.pk)
    links.link_remove(operator, link_id=link.pk)
    assert links.links_of(operator, label(vehicle)) == []
    assert AuditRow.objects.get(action="link.remove").before["target"] == label(second)


@dataclass(frozen=True)
class Scrapped:
    vin: str


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Scrapped]:
    told: list[Scrapped] = []
    monkeypatch.setattr(events, "_LISTENERS", type(events._LISTENERS)(list))
    events.listen(Scrapped)(lambda actor, event: told.append(event))
    return told


def test_an_event_reaches_those_who_listen_inside_the_transaction(
    operator: Person, heard: list[Scrapped]
) -> None:
    with transaction.atomic():
        events.tell(operator, Scrapped("A"))
    assert heard == [Scrapped("A")]


def test_what_a_listener_refuses_undoes_the_write(
    operator: Person, vehicle: Vehicle, heard: list[Scrapped]
) -> None:
    def refuse(actor: Person, event: Scrapped) -> None:
        raise BadInput("not yet")

    events.listen(Scrapped)(refuse)

    def scrap() -> None:
        with transaction.atomic():
            Vehicle.objects.filter(pk=vehicle.pk).update(plate="GONE")
            events.tell(operator, Scrapped(vehicle.vin))

    with pytest.raises(BadInput):
        scrap()
    vehicle.refresh_from_db()
    assert vehicle.plate == ""
