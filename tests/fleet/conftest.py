"""People and rows that the tests of fleet/ share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from voltward.fleet.models import Vehicle
from voltward.fleet.services.owners import vehicle_sell
from voltward.records import selectors, services
from voltward.records.models import Maker, Person

DAY = date(2026, 3, 1)


@pytest.fixture
def person(maker: Maker) -> Callable[..., Person]:
    def make(login: str, role: str, of: Maker | None = None) -> Person:
        return services.person_create(
            selectors.installation(),
            login=login,
            display_name=login,
            maker=of or maker,
            roles=[role],
        )

    return make


@pytest.fixture
def engineer(person: Callable[..., Person]) -> Person:
    """May write vehicles and products, and propose rules."""
    return person("engineer", "quality_engineer")


@pytest.fixture
def aftersales(person: Callable[..., Person]) -> Person:
    """May write agreements."""
    return person("aftersales", "aftersales")


@pytest.fixture
def stranger(person: Callable[..., Person], other_maker: Maker) -> Person:
    """The safety head of another maker: every grant, none of our records."""
    return person("stranger", "safety_head", other_maker)


@pytest.fixture
def sold(engineer: Person, vehicle: Vehicle) -> Vehicle:
    vehicle_sell(engineer, vin=vehicle.vin, sold_on=DAY, kind="person", usage_class="private")
    vehicle.refresh_from_db()
    return vehicle


@pytest.fixture
def as_engineer(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def write(engineer: Person) -> Callable[..., Any]:
    """``write(platform_write, name=...)``: a row written by the engineer."""
    return lambda service, **values: service(engineer, values=values)
