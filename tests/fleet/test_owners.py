"""Who owns a vehicle: sealed, masked, shown with a reason, found by telephone, erased for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.fleet.conftest import DAY

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import OwnerIdentity, OwnerPeriod, Vehicle
from voltward.fleet.selectors.owners import identity_matching
from voltward.fleet.services.identities import owner_erase, owner_identify, owners_with_phone
from voltward.fleet.services.life import vehicle_use
from voltward.fleet.services.owners import owner_change, vehicle_sell
from voltward.fleet.services.vehicles import vehicle_register
from voltward.records import wall
from voltward.records.actions import label
from voltward.records.models import AuditRow, DataKey, Maker, Person
from voltward.records.protection.fields import opened
from voltward.records.retention import Held
from voltward.records.services.holds import hold_place
from voltward.records.services.protection import protected_shown

pytestmark = pytest.mark.django_db
NAME, PHONE, NUMBER, HOME = (
    "张小明",
    "13912345678",
    "11010119900307123X",
    "北京市东城区景山前街4号院",
)
WHO = {"name": NAME, "phone": PHONE, "identity_number": NUMBER, "address": HOME}


@pytest.fixture
def dpo(person: Callable[..., Person]) -> Person:
    return person("dpo", "data_protection_officer")


@pytest.fixture
def period(sold: Vehicle) -> OwnerPeriod:
    return sold.owner_periods.get()


@pytest.fixture
def owner(aftersales: Person, sold: Vehicle, period: OwnerPeriod) -> OwnerIdentity:
    return owner_identify(aftersales, vin=sold.vin, period_id=period.pk, values=WHO)


def client_of(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def stored() -> str:
    """All that the database holds of owners, their history and the trail, as text."""
    texts = []
    tables = ("fleet_owneridentity", "fleet_ownerperiod", "fleet_ownerperiodevent",
              "records_auditrow", "records_protectedwindow")  # fmt: skip
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT row_to_json(t)::text, encode(t::text::bytea, 'escape') FROM {table} t"
            )
            texts += [str(cell) for row in cursor.fetchall() for cell in row]
    return " ".join(texts)


# ---- sale, usage, first use


def test_the_first_use_outlives_the_sale_and_every_later_owner(
    engineer: Person, vehicle: Vehicle
) -> None:
    vehicle_use(engineer, vin=vehicle.vin, first_used_on=DAY)
    later = DAY + timedelta(days=30)
    sale: dict[str, Any] = {"vin": vehicle.vin, "sold_on": later, "kind": "company"}
    with pytest.raises(BadInput, match="first_used_on"):
        vehicle_sell(engineer, **sale, usage_class="rental", first_used_on=later)
    vehicle_sell(engineer, **sale, usage_class="rental", first_used_on=DAY)
    owner_change(
        engineer, vin=vehicle.vin, since=later + timedelta(days=9), kind="person",
        usage_class="private",
    )  # fmt: skip
    vehicle.refresh_from_db()
    assert (vehicle.first_used_on, vehicle.sold_on) == (DAY, later)
    usages = vehicle.owner_periods.order_by("since").values_list("usage_class", flat=True)
    assert list(usages) == ["rental", "private"]


def test_a_sale_notes_the_first_use_of_a_new_vehicle(engineer: Person, vehicle: Vehicle) -> None:
    vehicle_sell(
        engineer, vin=vehicle.vin, sold_on=DAY, kind="person", usage_class="private",
        first_used_on=DAY,
    )  # fmt: skip
    vehicle.refresh_from_db()
    assert vehicle.first_used_on == DAY


# ---- put down


def test_an_owner_is_sealed_and_neither_tables_nor_trail_hold_the_text(
    aftersales: Person, owner: OwnerIdentity
) -> None:
    assert owner.maker == aftersales.maker
    assert [opened(getattr(owner, name)) for name in WHO] == list(WHO.values())
    text = stored()
    assert not [value for value in WHO.values() if value in text]
    row = AuditRow.objects.get(action="owner.identify")
    assert row.after == {"period": owner.period_id, "fields": sorted(WHO)}


def test_only_who_may_puts_an_owner_down_and_only_of_the_own_maker(
    operator: Person, engineer: Person, stranger: Person, sold: Vehicle, period: OwnerPeriod
) -> None:
    for who, refusal in ((operator, NotPermitted), (engineer, NotPermitted), (stranger, NotFound)):
        with pytest.raises(refusal):
            owner_identify(who, vin=sold.vin, period_id=period.pk, values=WHO)
    assert not OwnerIdentity.objects.exists()
    assert not AuditRow.objects.filter(action="owner.identify", result="done").exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({}, "name"), ({"name": "  "}, "name"), ({"name": "x" * 81}, "name"), ({"phone": "12"}, "phone"),
     ({"identity_number": "1'--"}, "identity_number"), ({"address": "x" * 201}, "address"),
     ({"maker": "1"}, "maker")],
)  # fmt: skip
def test_what_does_not_fit_is_named_and_nothing_is_kept(
    aftersales: Person, sold: Vehicle, period: OwnerPeriod, values: dict[str, str], field: str
) -> None:
    with pytest.raises(BadInput, match=f"^{field}:"):
        owner_identify(aftersales, vin=sold.vin, period_id=period.pk, values=values)
    assert not OwnerIdentity.objects.exists()


def test_a_field_left_empty_stays_as_it_is(aftersales: Person, owner: OwnerIdentity) -> None:
    owner_identify(
        aftersales, vin=owner.period.vehicle.vin, period_id=owner.period_id,
        values={"name": "", "phone": "137 0000 1111"},
    )  # fmt: skip
    kept = OwnerIdentity.objects.get()
    assert (opened(kept.name), opened(kept.phone)) == (NAME, "137 0000 1111")
    assert list(identity_matching(aftersales, "phone", "+86 13700001111")) == [kept]
    assert not identity_matching(aftersales, "phone", PHONE)


# ---- shown


def test_pages_show_every_reader_the_mask(owner: OwnerIdentity, operator: Person) -> None:
    vin = owner.period.vehicle.vin
    for path in (f"/vehicles/{vin}/record/", f"/vehicles/{vin}/owners/{owner.period_id}/"):
        text = client_of(operator).get(path).content.decode()
        assert "139****5678" in text
        assert "张**" in text
        assert not [value for value in WHO.values() if value in text]


def test_a_reader_with_a_reason_sees_one_value_and_it_is_on_record(
    owner: OwnerIdentity, aftersales: Person
) -> None:
    vin, client = owner.period.vehicle.vin, client_of(aftersales)
    address = f"/vehicles/{vin}/owners/{owner.period_id}/show/"
    unasked = client.post(address, {"field": "phone"}).content.decode()
    assert "请填写查看理由" in unasked
    assert PHONE not in unasked
    answer = client.post(address, {"field": "phone", "reason": "召回通知"})
    text = answer.content.decode()
    assert PHONE in text
    assert not [value for value in (NAME, NUMBER, HOME) if value in text]
    assert "no-store" in answer["Cache-Control"]
    row = AuditRow.objects.get(action="owner.read")
    assert (row.actor, row.result, row.after["reason"]) == (aftersales, "read", "召回通知")
    assert row.subject == f"{label(owner)}.phone"
    assert PHONE not in client.get(f"/vehicles/{vin}/owners/{owner.period_id}/").content.decode()


def test_who_may_not_read_owners_sees_no_plain_text_by_any_way(
    owner: OwnerIdentity, engineer: Person, stranger: Person
) -> None:
    address = f"/vehicles/{owner.period.vehicle.vin}/owners/{owner.period_id}/"
    page = client_of(engineer).get(address).content.decode()
    assert "查看明文" not in page
    sent = {"field": "phone", "reason": "x"}
    assert client_of(engineer).post(f"{address}show/", sent).status_code == 403
    assert client_of(stranger).post(f"{address}show/", sent).status_code == 404
    assert client_of(stranger).get(address).status_code == 404
    with pytest.raises(NotPermitted):
        protected_shown(engineer, record=owner, field="phone", reason="x")
    assert not AuditRow.objects.filter(action="owner.read", result="read").exists()


def test_the_form_of_an_owner_shows_nothing_that_is_on_file(
    owner: OwnerIdentity, aftersales: Person, operator: Person
) -> None:
    address = f"/vehicles/{owner.period.vehicle.vin}/owners/{owner.period_id}/edit/"
    assert client_of(operator).get(address).status_code == 403
    text = client_of(aftersales).get(address).content.decode()
    assert not [value for value in WHO.values() if value in text]
    wrong = client_of(aftersales).post(address, {"phone": "12"})
    assert (wrong.status_code, "5 至 15 位数字" in wrong.content.decode()) == (422, True)
    assert client_of(aftersales).post(address, {"name": "李四"}).status_code == 302
    assert opened(OwnerIdentity.objects.get().name) == "李四"


def test_the_wall_hides_the_owners_of_another_maker(
    owner: OwnerIdentity, maker: Maker, other_maker: Maker
) -> None:
    with wall.within(wall.of(other_maker.pk)):
        assert not OwnerIdentity.objects.exists()
    with wall.within(wall.of(maker.pk)):
        assert OwnerIdentity.objects.get() == owner


# ---- found by telephone


@pytest.mark.parametrize("text", [PHONE, "+86 139-1234-5678", "１３９１２３４５６７８"])
def test_a_whole_telephone_finds_its_vehicle_masked_and_on_record(
    owner: OwnerIdentity, operator: Person, text: str
) -> None:
    answer = client_of(operator).get("/search/", {"q": text}, headers={"HX-Request": "true"})
    hits = answer.content.decode().split('id="results"')[1].split("</main>")[0]
    assert f"/vehicles/{owner.period.vehicle.vin}/owners/{owner.period_id}/" in hits
    assert "139****5678" in hits
    assert NAME not in hits
    row = AuditRow.objects.get(action="owner.search")
    assert (row.actor, row.subject, row.after) == (operator, label(owner), {"phone": "139****5678"})


def test_neither_part_of_a_telephone_nor_the_wrong_reader_finds_an_owner(
    owner: OwnerIdentity, operator: Person, engineer: Person, stranger: Person
) -> None:
    for who, text in ((operator, PHONE[:10]), (operator, NAME), (stranger, PHONE)):
        assert list(owners_with_phone(who, text, 8)) == []
    with pytest.raises(NotPermitted):
        owners_with_phone(engineer, PHONE, 8)
    answer = client_of(engineer).get("/search/", {"q": PHONE}).content.decode()
    assert "/owners/" not in answer
    assert not AuditRow.objects.filter(action="owner.search", result="read").exists()


# ---- erased


def test_erasing_an_owner_leaves_the_sale_and_nothing_that_opens(
    owner: OwnerIdentity, sold: Vehicle, dpo: Person, aftersales: Person
) -> None:
    before = OwnerPeriod.objects.values().get(pk=owner.period_id)
    assert owner_erase(dpo, vin=sold.vin, period_id=owner.period_id, reason="本人要求") == 1
    gone = OwnerIdentity.objects.get()
    assert [str(getattr(gone, name)) for name in WHO] == ["已删除"] * 4
    assert (gone.phone_index, gone.identity_number_index) == ("", "")
    assert gone.erased_at is not None
    assert OwnerPeriod.objects.values().get(pk=owner.period_id) == before
    sold.refresh_from_db()
    assert (sold.sold_on, before["usage_class"]) == (DAY, "private")
    assert not DataKey.objects.filter(subject=owner.protected_subject(), erased_at=None).exists()
    assert list(owners_with_phone(aftersales, PHONE, 8)) == []
    page = client_of(dpo).get(f"/vehicles/{sold.vin}/owners/{owner.period_id}/").content.decode()
    assert "个人信息已删除，销售记录保留" in page
    with pytest.raises(WrongState):
        owner_erase(dpo, vin=sold.vin, period_id=owner.period_id, reason="x")
    with pytest.raises(WrongState):
        owner_identify(aftersales, vin=sold.vin, period_id=owner.period_id, values=WHO)


def test_an_owner_is_erased_from_every_vehicle_and_other_owners_stay(
    owner: OwnerIdentity, aftersales: Person, engineer: Person, dpo: Person
) -> None:
    vins = ("LVVDB11B0RE000007", "LVVDB11B0RE000008")
    kept = []
    for vin, number in zip(vins, ("11010119900307123x", "91110000100000000X"), strict=True):
        vehicle_register(engineer, vin=vin, key=b"k" * 32)
        vehicle_sell(engineer, vin=vin, sold_on=DAY, kind="person", usage_class="taxi")
        period = OwnerPeriod.objects.get(vehicle__vin=vin)
        values = {"name": NAME, "phone": PHONE, "identity_number": number}
        kept.append(owner_identify(aftersales, vin=vin, period_id=period.pk, values=values))
    vin = owner.period.vehicle.vin
    assert owner_erase(dpo, vin=vin, period_id=owner.period_id, reason="本人要求") == 2
    row = AuditRow.objects.get(action="owner.erase")
    assert row.after["periods"] == sorted([owner.period_id, kept[0].period_id])
    kept[1].refresh_from_db()
    assert opened(kept[1].name) == NAME
    assert OwnerPeriod.objects.count() == 3


def test_only_who_may_erases_and_only_of_the_own_maker(
    owner: OwnerIdentity, sold: Vehicle, safety_head: Person, stranger: Person,
    person: Callable[..., Person], other_maker: Maker,
) -> None:  # fmt: skip
    other = person("other-dpo", "data_protection_officer", other_maker)
    for who, refusal in ((safety_head, NotPermitted), (stranger, NotPermitted), (other, NotFound)):
        with pytest.raises(refusal):
            owner_erase(who, vin=sold.vin, period_id=owner.period_id, reason="x")
    assert opened(OwnerIdentity.objects.get().phone) == PHONE


@pytest.mark.parametrize("held", ["vehicle", "period", "identity"])
def test_a_hold_on_vehicle_period_or_identity_stops_the_erasing(
    owner: OwnerIdentity, sold: Vehicle, dpo: Person, held: str
) -> None:
    row = {"vehicle": sold, "period": owner.period, "identity": owner}[held]
    hold_place(dpo, reason="诉讼", records=[label(row)])
    address = f"/vehicles/{sold.vin}/owners/{owner.period_id}/"
    with pytest.raises(Held):
        owner_erase(dpo, vin=sold.vin, period_id=owner.period_id, reason="x")
    answer = client_of(dpo).post(f"{address}erase/", {"reason": "x"}, follow=True)
    assert "法律保全" in answer.content.decode()
    assert opened(OwnerIdentity.objects.get().phone) == PHONE


def test_a_page_erases_with_a_reason_only(owner: OwnerIdentity, sold: Vehicle, dpo: Person) -> None:
    address = f"/vehicles/{sold.vin}/owners/{owner.period_id}/erase/"
    without = client_of(dpo).post(address, {"reason": " "}, follow=True).content.decode()
    assert "请填写删除理由" in without
    assert OwnerIdentity.objects.get().erased_at is None
    done = client_of(dpo).post(address, {"reason": "本人要求"}, follow=True).content.decode()
    assert "1 个期间" in done
    assert OwnerIdentity.objects.get().erased_at is not None


def test_a_sale_by_form_leads_to_the_record_with_its_owners(
    as_engineer: Client, vehicle: Vehicle
) -> None:
    values = {"since": DAY.isoformat(), "kind": "person", "usage_class": "taxi",
              "first_used_on": DAY.isoformat()}  # fmt: skip
    answer = as_engineer.post(f"/vehicles/{vehicle.vin}/do/sell/", values)
    assert answer["Location"] == f"/vehicles/{vehicle.vin}/record/"
    text = as_engineer.get(answer["Location"]).content.decode()
    assert "出租" in text
    assert Vehicle.objects.get().first_used_on == date(2026, 3, 1)
