"""Public platforms as people set them up: written by one, approved by another, paused at once."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.exchange.platforms_made import PASSWORD, SETTINGS, agreed, approved, drafted

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.selectors import platforms as selectors
from voltward.exchange.services import platform_approving, platform_contents
from voltward.exchange.services import platforms as services
from voltward.exchange.services.platform_approving import uplink_propose, uplink_retire_ask
from voltward.exchange.services.platform_contents import Item
from voltward.exchange.services.platform_running import uplink_pause, uplink_resume
from voltward.exchange.services.platform_secrets import password_of
from voltward.fleet.models import Vehicle, VehicleModel
from voltward.records.approvals import approval_accept, approval_by_id, approval_refuse
from voltward.records.models import AuditRow, Maker, Person

pytestmark = pytest.mark.django_db
FROM = date(2026, 1, 1)


def stage_of(row: PlatformRevision) -> str:
    rows = list(selectors.revisions_of(row.platform))
    return next(one.stage for one in selectors.standings(rows) if one.revision.pk == row.pk)


def test_a_platform_is_written_by_one_and_in_force_once_another_agreed(
    safety_head: Person, officer: Person
) -> None:
    row = drafted(safety_head)
    assert (row.platform.state, stage_of(row)) == (states.DRAFT, states.DRAFT)
    asked = uplink_propose(safety_head, name="national", number=1, note="首次对接")
    assert stage_of(row) == states.PROPOSED
    assert selectors.revision_in_force(row.platform) is None
    approval_accept(officer, approval_id=asked.pk)
    row.refresh_from_db()
    assert (row.platform.state, stage_of(row)) == (states.APPROVED, states.IN_FORCE)
    assert (row.proposed_by, row.approved_by) == (safety_head, officer)
    told = AuditRow.objects.filter(action__startswith="uplink.").order_by("pk")
    assert [one.action for one in told] == ["uplink.add", "uplink.propose", "uplink.approve"]


def test_who_proposed_settings_does_not_approve_them(
    safety_head: Person, officer: Person, operator: Person
) -> None:
    drafted(safety_head)
    asked = uplink_propose(safety_head, name="national", number=1, note="首次对接")
    for person in (safety_head, operator):
        with pytest.raises((NotPermitted, NotFound)):
            approval_accept(person, approval_id=asked.pk)
    assert PlatformRevision.objects.get().state == states.PROPOSED


def test_an_operator_reads_and_neither_writes_nor_pauses(
    safety_head: Person, officer: Person, operator: Person
) -> None:
    approved(safety_head, officer)
    assert selectors.platform_by_name(operator, "national").title
    for refused in (
        lambda: drafted(operator, "city"),
        lambda: services.uplink_draft(operator, name="national"),
        lambda: uplink_pause(operator, name="national", reason="x"),
        lambda: uplink_retire_ask(operator, name="national", reason="x"),
    ):
        with pytest.raises(NotPermitted):
            refused()
    assert PublicPlatform.objects.count() == 1


def test_another_makers_platform_is_not_found(
    safety_head: Person, officer: Person, stranger: Person
) -> None:
    approved(safety_head, officer)
    for refused in (
        lambda: selectors.platform_by_name(stranger, "national"),
        lambda: selectors.revision_by_number(stranger, "national", 1),
        lambda: services.uplink_draft(stranger, name="national"),
        lambda: uplink_pause(stranger, name="national", reason="x"),
    ):
        with pytest.raises(NotFound):
            refused()
    assert not selectors.platform_visible(stranger).exists()


def test_a_name_and_a_number_are_never_given_twice(
    safety_head: Person, officer: Person, stranger: Person
) -> None:
    first = approved(safety_head, officer).platform
    asked = uplink_retire_ask(safety_head, name="national", reason="合并")
    approval_accept(officer, approval_id=asked.pk)
    second = drafted(stranger, "city").platform
    assert second.number == first.number + 1
    with pytest.raises(WrongState):
        drafted(stranger, "national")


def test_the_password_is_in_no_row_no_trail_and_no_history(
    safety_head: Person, officer: Person
) -> None:
    row = approved(safety_head, officer)
    services.uplink_draft(safety_head, name="national")
    services.uplink_write(
        safety_head, name="national", number=2, settings={}, password="another-one"
    )
    kept = [json.dumps([one.before, one.after]) for one in AuditRow.objects.all()]
    with connection.cursor() as cursor:
        for table in ("exchange_platformrevision", "exchange_platformrevisionevent"):
            cursor.execute(f"SELECT to_json(t)::text FROM {table} t")
            kept += [text for (text,) in cursor.fetchall()]
    for secret in (PASSWORD, "another-one"):
        assert not [text for text in kept if secret in text or secret.encode().hex() in text]
    assert AuditRow.objects.get(action="uplink.write").after == {"password": "changed"}
    assert password_of(row) == PASSWORD


def test_a_new_draft_takes_over_password_vehicles_and_items(
    safety_head: Person, officer: Person, vehicle: Vehicle
) -> None:
    row = drafted(safety_head, all_vehicles=False)
    platform_contents.uplink_choose(safety_head, name="national", number=1, vins=[vehicle.vin])
    item = Item(0x05, "DB31/T 1", "B", FROM)
    platform_contents.uplink_leave_out(safety_head, name="national", number=1, item=item)
    agreed(safety_head, officer, row)
    copy = services.uplink_draft(safety_head, name="national")
    assert password_of(copy) == PASSWORD
    assert copy.choices.get().vehicle == vehicle
    assert selectors.left_out_on(copy, FROM) == {"": [5]}
    assert copy.base == row


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"port": 0}, "port"), ({"port": 65_536}, "port"), ({"host": ""}, "host"),
        ({"host": "a b"}, "host"), ({"identity": "X" * 18}, "identity"), ({"user": "名"}, "user"),
        ({"edition": 2020}, "edition"), ({"window": 0}, "window"), ({"live_s": 0}, "live_s"),
        ({"retry_s": 601}, "retry_s"), ({"ca_pem": "no certificate"}, "ca_pem"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_value_that_no_link_can_have_is_refused_by_name_and_nothing_is_written(
    safety_head: Person, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput, match=f"^{field}"):
        drafted(safety_head, **wrong)
    assert not PublicPlatform.objects.exists()


def test_settings_without_password_or_vehicles_are_not_proposed(safety_head: Person) -> None:
    row = services.uplink_add(
        safety_head, name="city", title="城市", kind="local", settings=SETTINGS
    )
    with pytest.raises(BadInput, match="password"):
        uplink_propose(safety_head, name="city", number=row.number, note="x")
    none = {"all_vehicles": False}
    services.uplink_write(safety_head, name="city", number=1, settings=none, password="x")
    with pytest.raises(BadInput, match="all_vehicles"):
        uplink_propose(safety_head, name="city", number=row.number, note="x")


def test_settings_based_on_older_ones_are_not_approved(
    safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    services.uplink_draft(safety_head, name="national")
    late = uplink_propose(safety_head, name="national", number=2, note="换地址")
    services.uplink_draft(safety_head, name="national")
    agreed(safety_head, officer, PlatformRevision.objects.get(number=3))
    with pytest.raises(WrongState):
        approval_accept(officer, approval_id=late.pk)
    assert selectors.revision_in_force(late_platform()).number == 3  # type: ignore[union-attr]


def late_platform() -> PublicPlatform:
    return PublicPlatform.objects.get()


def test_refused_settings_stay_as_they_were_and_can_be_drafted_again(
    safety_head: Person, officer: Person
) -> None:
    row = drafted(safety_head)
    asked = uplink_propose(safety_head, name="national", number=1, note="x")
    approval_refuse(officer, approval_id=asked.pk, note="端口不对")
    row.refresh_from_db()
    assert stage_of(row) == states.REFUSED
    with pytest.raises(WrongState):
        services.uplink_write(safety_head, name="national", number=1, settings={"port": 1})
    again = services.uplink_draft(safety_head, name="national", copy_of=1)
    assert (again.number, again.port, password_of(again)) == (2, row.port, PASSWORD)


def test_the_second_person_sees_what_would_change_and_never_the_password(
    safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    services.uplink_draft(safety_head, name="national")
    services.uplink_write(
        safety_head, name="national", number=2, settings={"port": 9999}, password="fresh-secret"
    )
    asked = uplink_propose(safety_head, name="national", number=2, note="换端口")
    shown = platform_approving.REVISION.shown
    assert shown is not None
    lines = {str(title): text for title, text in shown(approval_by_id(officer, asked.pk))}
    assert lines["端口"] == "32960 → 9999"
    assert set(lines) <= {"端口", "平台登入密码"}
    assert "fresh-secret" not in str(lines)


def test_a_link_is_paused_and_resumed_at_once_with_a_reason(
    safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    with pytest.raises(BadInput):
        uplink_pause(safety_head, name="national", reason=" ")
    with pytest.raises(WrongState):
        uplink_resume(safety_head, name="national", reason="x")
    uplink_pause(safety_head, name="national", reason="对方维护")
    with pytest.raises(WrongState):
        uplink_pause(officer, name="national", reason="x")
    row = AuditRow.objects.get(action="uplink.pause", result="done")
    assert row.after == {"paused": True, "reason": "对方维护"}
    uplink_resume(officer, name="national", reason="维护结束")
    assert not PublicPlatform.objects.get().is_paused


def test_a_retired_platform_takes_no_step_any_more(safety_head: Person, officer: Person) -> None:
    approved(safety_head, officer)
    asked = uplink_retire_ask(safety_head, name="national", reason="合并到新平台")
    approval_accept(officer, approval_id=asked.pk)
    assert PublicPlatform.objects.get().state == states.RETIRED
    for refused in (
        lambda: services.uplink_draft(safety_head, name="national"),
        lambda: uplink_pause(safety_head, name="national", reason="x"),
        lambda: uplink_retire_ask(safety_head, name="national", reason="x"),
    ):
        with pytest.raises(WrongState):
            refused()


def test_only_vehicles_models_and_codes_of_ones_own_are_chosen(
    safety_head: Person, vehicle: Vehicle, other_vehicle: Vehicle, other_maker: Maker
) -> None:
    drafted(safety_head, all_vehicles=False)
    strange = VehicleModel.objects.create(maker=other_maker, name="别家车型")
    choose = platform_contents.uplink_choose
    for wrong, refusal in (
        ({"vins": [other_vehicle.vin]}, NotFound), ({"models": [strange.pk]}, NotFound),
        ({"usages": ["racing"]}, BadInput), ({"regions": ["310"]}, BadInput),
    ):  # fmt: skip
        with pytest.raises(refusal):
            choose(safety_head, name="national", number=1, **wrong)  # type: ignore[arg-type]
    row = choose(safety_head, name="national", number=1, vins=[vehicle.vin], regions=["31"])
    assert row.choices.count() == 2
    row = choose(safety_head, name="national", number=1, usages=["taxi"])
    assert [one.kind for one in row.choices.all()] == ["usage"]


def test_an_item_is_left_out_with_its_source_from_its_day_on(safety_head: Person) -> None:
    row = drafted(safety_head)
    leave_out, given = platform_contents.uplink_leave_out, {"name": "national", "number": 1}
    until = date(2026, 7, 1)
    made = leave_out(safety_head, **given, item=Item(5, "DB31", "B", FROM, until, "private"))
    for wrong in (
        Item(5, " ", "B", FROM), Item(0, "x", "B", FROM), Item(5, "x", "Z", FROM),
        Item(5, "x", "B", FROM, FROM), Item(5, "DB31", "B", FROM, None, "private"),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            leave_out(safety_head, **given, item=wrong)
    assert selectors.left_out_on(row, date(2025, 12, 31)) == {}
    assert selectors.left_out_on(row, FROM) == {"private": [5]}
    assert selectors.left_out_on(row, until) == {}
    platform_contents.uplink_send(safety_head, **given, left_out_id=made.pk)
    assert not row.left_out.exists()


def test_the_database_itself_asks_for_the_second_person(safety_head: Person) -> None:
    row = drafted(safety_head)
    changed = {"state": states.APPROVED, "proposed_by": safety_head, "approved_by": safety_head}
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformRevision.objects.filter(pk=row.pk).update(**changed)
