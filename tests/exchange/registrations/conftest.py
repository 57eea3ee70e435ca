"""A vehicle of which everything is known, beside the bare one, and a platform that gets both."""

from __future__ import annotations

import pytest
from tests.exchange.platforms_made import approved
from tests.fleet.conftest import engineer, person, write
from tests.fleet.test_registration import whole

from voltward.exchange.models import PlatformRevision
from voltward.exchange.services import registrations
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.records.models import Person

__all__ = ["engineer", "person", "whole", "write"]


@pytest.fixture(autouse=True)
def _looks_afresh() -> None:
    registrations._seen.clear()


@pytest.fixture
def link(safety_head: Person, officer: Person, vehicle: Vehicle) -> PlatformRevision:
    assert vehicle.maker_id == safety_head.maker_id
    return approved(safety_head, officer)


@pytest.fixture
def bare(operator: Person) -> Vehicle:
    return vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
