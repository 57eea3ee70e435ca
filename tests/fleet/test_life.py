"""The life of a vehicle: in use, confirmed offline, scrapped with proof and a second person."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from tests.fleet.conftest import DAY

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet import states
from voltward.fleet.models import Vehicle
from voltward.fleet.registry import RegistryEntry, registry
from voltward.fleet.services import life, owners
from voltward.records import approvals
from voltward.records.models import Approval, AuditRow, Person
from voltward.records.protection.fields import BlindIndex, ProtectedText
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db


def wish(actor: Person, vehicle: Vehicle) -> Approval:
    return life.vehicle_scrap_propose(
        actor, vin=vehicle.vin, scrapped_on=date(2026, 5, 1), proof="报废证明 110-2026-7"
    )


def scrapped(engineer: Person, second: Person, vehicle: Vehicle) -> Vehicle:
    approvals.approval_accept(second, approval_id=wish(engineer, vehicle).pk)
    vehicle.refresh_from_db()
    return vehicle


def test_a_step_that_does_not_follow_is_refused_and_the_table_is_all_there_is() -> None:
    every = (states.UNREGISTERED, states.REGISTERED, states.IN_USE, states.OFFLINE_CONFIRMED,
             states.SCRAPPED)  # fmt: skip
    steps = {step for _, step in states.STEPS}
    for state, step in product(every, steps):
        if (state, step) in states.STEPS:
            assert states.after(state, step) in every
        else:
            with pytest.raises(WrongState):
                states.after(state, step)
    assert not [step for state, step in states.STEPS if state == states.SCRAPPED]


def test_a_vehicle_goes_in_use_offline_and_back(engineer: Person, vehicle: Vehicle) -> None:
    life.vehicle_use(engineer, vin=vehicle.vin, first_used_on=DAY)
    life.vehicle_confirm_offline(engineer, vin=vehicle.vin, reason="车主出国，停放一年")
    vehicle.refresh_from_db()
    assert (vehicle.state, vehicle.state_note) == ("offline_confirmed", "车主出国，停放一年")
    life.vehicle_resume(engineer, vin=vehicle.vin)
    vehicle.refresh_from_db()
    assert (vehicle.state, vehicle.state_note, vehicle.first_used_on) == ("in_use", "", DAY)


def test_who_may_not_write_vehicles_moves_none(operator: Person, vehicle: Vehicle) -> None:
    with pytest.raises(NotPermitted):
        life.vehicle_use(operator, vin=vehicle.vin, first_used_on=DAY)
    with pytest.raises(NotPermitted):
        wish(operator, vehicle)
    vehicle.refresh_from_db()
    assert (vehicle.state, Approval.objects.count()) == ("registered", 0)


def test_another_makers_vehicle_is_not_found(stranger: Person, vehicle: Vehicle) -> None:
    for refused in (
        lambda: life.vehicle_use(stranger, vin=vehicle.vin, first_used_on=DAY),
        lambda: life.vehicle_resume(stranger, vin=vehicle.vin),
        lambda: wish(stranger, vehicle),
    ):
        with pytest.raises(NotFound):
            refused()


def test_silence_needs_a_reason_and_scrapping_a_proof(engineer: Person, sold: Vehicle) -> None:
    with pytest.raises(BadInput):
        life.vehicle_confirm_offline(engineer, vin=sold.vin, reason=" ")
    with pytest.raises(BadInput):
        life.vehicle_scrap_propose(engineer, vin=sold.vin, scrapped_on=DAY, proof=" ")
    assert not Approval.objects.exists()


def test_a_vehicle_is_scrapped_only_when_a_second_person_agrees(
    engineer: Person, safety_head: Person, sold: Vehicle
) -> None:
    asked = wish(engineer, sold)
    sold.refresh_from_db()
    assert sold.state == "in_use"
    with pytest.raises(NotPermitted):
        approvals.approval_accept(engineer, approval_id=asked.pk)
    approvals.approval_accept(safety_head, approval_id=asked.pk)
    sold.refresh_from_db()
    assert (sold.state, sold.scrap_proof) == ("scrapped", "报废证明 110-2026-7")
    assert sold.scrapped_on == date(2026, 5, 1)
    assert AuditRow.objects.get(action="vehicle.scrap").actor == safety_head


def test_a_second_person_without_the_grant_scraps_nothing(
    engineer: Person, operator: Person, sold: Vehicle
) -> None:
    asked = wish(engineer, sold)
    with pytest.raises((NotPermitted, NotFound)):
        approvals.approval_accept(operator, approval_id=asked.pk)
    sold.refresh_from_db()
    assert sold.state == "in_use"


def test_a_build_that_forgets_the_second_person_is_caught(
    engineer: Person, sold: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the approval itself were broken, the step looks at who decided."""
    asked = wish(engineer, sold)
    asked.state, asked.decided_by = "accepted", engineer
    with pytest.raises(NotPermitted):
        life._scrapped(engineer, approval=asked)
    sold.refresh_from_db()
    assert sold.state == "in_use"


def test_scrapping_is_asked_for_once(engineer: Person, sold: Vehicle) -> None:
    wish(engineer, sold)
    with pytest.raises(WrongState):
        wish(engineer, sold)


def test_frames_of_a_scrapped_vehicle_are_still_taken(
    engineer: Person, safety_head: Person, sold: Vehicle
) -> None:
    scrapped(engineer, safety_head, sold)
    assert list(registry().entries()) == [RegistryEntry(sold.vin, 1)]


def test_no_row_is_scrapped_without_proof_whoever_writes_it(vehicle: Vehicle) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Vehicle.objects.filter(pk=vehicle.pk).update(state="scrapped")


def test_a_sale_puts_in_use_and_opens_the_first_owner(engineer: Person, sold: Vehicle) -> None:
    assert (sold.state, sold.sold_on) == ("in_use", DAY)
    period = sold.owner_periods.get()
    assert (period.since, period.until, period.usage_class) == (DAY, None, "private")
    with pytest.raises(WrongState):
        owners.vehicle_sell(
            engineer, vin=sold.vin, sold_on=DAY, kind="person", usage_class="private"
        )


def test_a_new_owner_ends_the_period_before(engineer: Person, sold: Vehicle) -> None:
    owners.owner_change(
        engineer, vin=sold.vin, since=date(2026, 6, 1), kind="company", usage_class="taxi",
        region_code="310000",
    )  # fmt: skip
    first, second = sold.owner_periods.order_by("since")
    assert (first.until, second.until) == (date(2026, 5, 31), None)
    for since in (DAY, date(2026, 6, 1)):
        with pytest.raises(BadInput):
            owners.owner_change(
                engineer, vin=sold.vin, since=since, kind="person", usage_class="private"
            )
    with pytest.raises(BadInput):
        owners.owner_change(
            engineer, vin=sold.vin, since=date(2026, 7, 1), kind="king", usage_class="private"
        )
    assert sold.owner_periods.count() == 2


def test_nobody_sells_without_the_grant_or_another_makers_vehicle(
    operator: Person, stranger: Person, vehicle: Vehicle
) -> None:
    values = {"vin": vehicle.vin, "sold_on": DAY, "kind": "person", "usage_class": "private"}
    with pytest.raises(NotPermitted):
        owners.vehicle_sell(operator, **values)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        owners.vehicle_sell(stranger, **values)  # type: ignore[arg-type]
    vehicle.refresh_from_db()
    assert vehicle.sold_on is None
    assert not vehicle.owner_periods.exists()


def test_no_column_holds_an_owners_name_number_or_address_in_the_clear() -> None:
    from voltward.fleet.models import OwnerIdentity, OwnerPeriod

    told = ("name", "phone", "address", "identity")
    names = {field.name for field in OwnerPeriod._meta.concrete_fields}
    assert not {name for name in names for word in told if word in name}
    sealed = {
        field.name
        for field in OwnerIdentity._meta.concrete_fields
        if isinstance(field, ProtectedText | BlindIndex)
    }
    plain = {field.name for field in OwnerIdentity._meta.concrete_fields} - sealed
    assert plain == {"id", "sealed_id", "maker", "period", "changed_at", "erased_at"}


def test_people_are_made_with_the_roles_these_tests_rely_on(engineer: Person) -> None:
    assert {"vehicle.write", "rule.propose"} <= engineer.grants
    assert "rule.approve" not in engineer.grants
    assert person_create is not None
