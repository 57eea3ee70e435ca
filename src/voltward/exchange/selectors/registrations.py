"""Every read of static registration: rows, who goes to which platform, and what a page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.apps import apps
from django.db.models import Exists, Max, OuterRef, QuerySet

from voltward.base.errors import NotFound
from voltward.exchange import platform_states
from voltward.exchange.models import PlatformRevision, PublicPlatform, StaticRegistration
from voltward.exchange.selectors.link_members import Choice, choice_of, links_in_force
from voltward.fleet import states as vehicle_states
from voltward.fleet.models import Configuration, OwnerPeriod, Vehicle
from voltward.fleet.selectors.registration import with_registration
from voltward.records.models import Person

BATCH: Final = 1000


def registration_visible(actor: Person) -> QuerySet[StaticRegistration]:
    """Those of the actor's maker; the platform itself sees all."""
    rows = StaticRegistration.objects.select_related("platform", "vehicle", "registered_by")
    rows = rows.defer("registered")
    return rows if actor.maker_id is None else rows.filter(maker=actor.maker_id)


def registration_by_id(actor: Person, row_id: int) -> StaticRegistration:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = registration_visible(actor).defer(None).filter(pk=row_id).first()
    if found is None:
        raise NotFound(f"static registration {row_id}")
    return found


def registration_of(actor: Person, platform: str) -> QuerySet[StaticRegistration]:
    """A platform's, by VIN."""
    return registration_visible(actor).filter(platform__name=platform).order_by("vehicle__vin")


def vehicle_whole(row: StaticRegistration) -> Vehicle:
    """Its vehicle with everything that registering it reads."""
    return with_registration(Vehicle.objects.filter(pk=row.vehicle_id)).get()


def vehicles_whole(
    rows: QuerySet[StaticRegistration],
) -> Iterator[tuple[StaticRegistration, Vehicle]]:
    """As ``vehicle_whole``, of many, some at a time, by primary key."""
    after = 0
    while batch := list(rows.order_by("pk").filter(pk__gt=after)[:BATCH]):
        after = batch[-1].pk
        whole = with_registration(Vehicle.objects.filter(pk__in=[one.vehicle_id for one in batch]))
        known = {vehicle.pk: vehicle for vehicle in whole}
        for one in batch:
            yield one, known[one.vehicle_id]


def has_platforms() -> bool:
    """Whether any maker's vehicles are registered anywhere."""
    return PublicPlatform.objects.exclude(state=platform_states.DRAFT).exists()


def links_by_maker() -> dict[int, list[tuple[PlatformRevision, Choice]]]:
    """The settings in force of every platform with whom it takes, by maker."""
    found: dict[int, list[tuple[PlatformRevision, Choice]]] = {}
    for link in links_in_force():
        found.setdefault(link.maker_id, []).append((link, choice_of(link)))
    return found


def goes_to(vehicles: Sequence[Vehicle]) -> dict[int, list[int]]:
    """By vehicle, the platforms that get its frames and so its static data; keys of both."""
    links = links_by_maker()
    pks = [one.pk for one in vehicles]
    held = {
        vehicle: (usage, region)
        for vehicle, usage, region in OwnerPeriod.objects.filter(
            vehicle__in=pks, until=None
        ).values_list("vehicle", "usage_class", "region_code")
    }
    built = dict(
        Configuration.objects.filter(vehicles__in=pks).values_list("pk", "model_id").distinct()
    )
    found: dict[int, list[int]] = {}
    for one in vehicles:
        usage, region = held.get(one.pk, ("", ""))
        model = built.get(one.configuration_id or 0)
        is_expected = one.state not in (vehicle_states.UNREGISTERED, vehicle_states.SCRAPPED)
        found[one.pk] = [
            link.platform_id
            for link, choice in links.get(one.maker_id, ())
            if is_expected and choice.takes(one.pk, model, usage or "", region or "")
        ]
    return found


def vehicles_without_row() -> Iterator[list[Vehicle]]:
    """Vehicles in the books that lack a row at some platform of their maker, some at a time.

    A platform may leave them out: who goes where is ``goes_to``.
    """
    for maker, links in links_by_maker().items():
        for link, _choice in links:
            there = StaticRegistration.objects.filter(
                platform=link.platform_id, vehicle=OuterRef("pk")
            )
            rows = Vehicle.objects.filter(~Exists(there), maker=maker).exclude(
                state__in=(vehicle_states.UNREGISTERED, vehicle_states.SCRAPPED)
            )
            after = 0
            while batch := list(
                with_registration(rows.filter(pk__gt=after).order_by("pk"))[:BATCH]
            ):
                after = batch[-1].pk
                yield batch


def members_seen() -> tuple[int, ...]:
    """Changes when vehicles may have come to a platform, or left it, though their data are the same."""
    newest = apps.get_model("fleet", "OwnerPeriodEvent")._default_manager.aggregate(n=Max("pgh_id"))
    return (newest["n"] or 0, *(one.pk for one in links_in_force()))
