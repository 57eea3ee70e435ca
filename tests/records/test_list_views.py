"""Kept columns, saved filters, shared and default ones, and what subscribers are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.records import events
from voltward.records.events import SavedFilterNews
from voltward.records.models import (
    AuditRow,
    FilterSubscription,
    ListChoice,
    Maker,
    Person,
    SavedFilter,
)
from voltward.records.roles import ROLES
from voltward.records.selectors import installation
from voltward.records.selectors import list_views as selectors
from voltward.records.services import list_views as services
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db


def many(maker: Maker | None, number: int, first: int = 0) -> None:
    assert maker is not None
    vins = [f"LVVDB11B0RE{index:06d}" for index in range(first, first + number)]
    vehicle_admit_unregistered(installation(), vins=vins, key=b"k" * 32, fallback=maker)


@pytest.fixture
def colleague(maker: Maker) -> Person:
    return person_create(
        installation(), login="colleague", display_name="同事", maker=maker, roles=["outlet"]
    )


@pytest.fixture
def saved(operator: Person) -> SavedFilter:
    return services.filter_save(
        operator, of="vehicle", name="未建档", query="state=unregistered", sort="-first_seen_at",
        columns=["vin", "state"], is_shared=True,
    )  # fmt: skip


# ---- columns


def test_chosen_columns_are_kept_for_the_person_alone(
    operator: Person, colleague: Person, as_operator: Client, vehicle: Vehicle
) -> None:
    services.list_columns_choose(operator, of="vehicle", columns=["vin", "registered_at"])
    page = as_operator.get("/vehicles/").content.decode()
    assert "建档时间" in page.split("<thead")[1].split("</thead>")[0]
    assert "电池类型" not in page.split("<thead")[1].split("</thead>")[0]
    assert selectors.columns_kept(colleague, "vehicle") == []
    assert AuditRow.objects.filter(action="list.columns").count() == 1


def test_columns_and_lists_nobody_has_are_refused(operator: Person, system_admin: Person) -> None:
    with pytest.raises(BadInput, match="found password, known are vin"):
        services.list_columns_choose(operator, of="vehicle", columns=["password"])
    for actor, of in ((operator, "nonsense"), (operator, "audit"), (system_admin, "vehicle")):
        with pytest.raises(NotFound):
            services.list_columns_choose(actor, of=of, columns=[])
    assert not ListChoice.objects.exists()


def test_columns_are_chosen_by_form_and_given_back(as_operator: Client, vehicle: Vehicle) -> None:
    chosen = {"columns": ["vin", "state"], "query": "vin=LVV&columns=vin&after=x"}
    answer = as_operator.post("/lists/vehicle/columns/", chosen)
    assert answer["Location"] == "/vehicles/?vin=LVV"
    assert ListChoice.objects.get().columns == ["vin", "state"]
    as_operator.post("/lists/vehicle/columns/", {**chosen, "usual": "1"})
    assert ListChoice.objects.get().columns == []
    assert as_operator.post("/lists/vehicle/columns/", {"columns": ["x"]}).status_code == 400
    assert as_operator.post("/lists/nonsense/columns/", {}).status_code == 404


# ---- saved filters


def test_a_saved_filter_is_a_link_to_its_rows_order_and_columns(
    saved: SavedFilter, as_operator: Client
) -> None:
    page = as_operator.get("/vehicles/").content.decode().replace("&amp;", "&")
    link = f"/vehicles/?state=unregistered&sort=-first_seen_at&columns=vin,state&saved={saved.pk}"
    assert f'href="{link}"' in page
    assert as_operator.get(link).context["asked"].unknown == ()


def test_a_filter_of_the_same_name_is_replaced(operator: Person, saved: SavedFilter) -> None:
    again = services.filter_save(operator, of="vehicle", name=" 未建档 ", query="vin=LVV")
    assert again.pk == saved.pk
    assert (again.query, again.is_shared, again.columns) == ("vin=LVV", False, [])
    assert AuditRow.objects.filter(action="filter.save").count() == 2


@pytest.mark.parametrize(
    "wish",
    [{"name": ""}, {"name": "x" * 41}, {"query": "colour=red"}, {"query": "state=nonsense"},
     {"sort": "password"}, {"columns": ["password"]}, {"query": "vin=" + "A" * 3000}],
)  # fmt: skip
def test_what_the_list_does_not_understand_is_not_saved(
    operator: Person, wish: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        services.filter_save(operator, of="vehicle", **{"name": "x", "query": "", **wish})  # type: ignore[arg-type]
    assert not SavedFilter.objects.exists()
    assert not AuditRow.objects.filter(action="filter.save").exists()


def test_private_filters_and_those_of_other_makers_are_not_found(
    operator: Person, colleague: Person, other_operator: Person, saved: SavedFilter
) -> None:
    private = services.filter_save(operator, of="vehicle", name="我的", query="vin=LVV")
    assert list(selectors.filter_visible(colleague, "vehicle")) == [saved]
    assert not selectors.filter_visible(other_operator, "vehicle").exists()
    for actor, one in ((colleague, private), (other_operator, saved), (other_operator, private)):
        for step in (services.filter_delete, services.filter_opens_list, services.filter_subscribe):
            with pytest.raises(NotFound):
                step(actor, of="vehicle", filter_id=one.pk)
    assert SavedFilter.objects.count() == 2


def test_what_somebody_shared_is_deleted_by_its_owner_only(
    operator: Person, colleague: Person, saved: SavedFilter
) -> None:
    with pytest.raises(NotPermitted):
        services.filter_delete(colleague, of="vehicle", filter_id=saved.pk)
    services.filter_delete(operator, of="vehicle", filter_id=saved.pk)
    assert not SavedFilter.objects.exists()


def test_the_list_opens_with_the_default_filter_until_told_otherwise(
    operator: Person, saved: SavedFilter, as_operator: Client
) -> None:
    services.filter_opens_list(operator, of="vehicle", filter_id=saved.pk)
    answer = as_operator.get("/vehicles/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/vehicles/?state=unregistered")
    assert as_operator.get("/vehicles/?saved=0").status_code == 200
    services.filter_opens_list(operator, of="vehicle", filter_id=None)
    assert as_operator.get("/vehicles/").status_code == 200


def test_a_filter_that_is_private_again_leaves_nobody_else(
    operator: Person, colleague: Person, saved: SavedFilter, as_operator: Client
) -> None:
    services.filter_opens_list(colleague, of="vehicle", filter_id=saved.pk)
    services.filter_subscribe(colleague, of="vehicle", filter_id=saved.pk)
    services.filter_save(operator, of="vehicle", name="未建档", query="", is_shared=False)
    assert selectors.opens_with(colleague, "vehicle") is None
    assert not FilterSubscription.objects.exists()


def test_filters_are_kept_and_used_by_form(as_operator: Client, operator: Person) -> None:
    form = {
        "name": "在册",
        "query": "state=registered&sort=-vin&columns=vin&after=x",
        "shared": "1",
    }
    answer = as_operator.post("/lists/vehicle/filters/", form)
    saved = SavedFilter.objects.get()
    assert (saved.query, saved.sort, saved.columns, saved.is_shared) == (
        "state=registered", "-vin", ["vin"], True,
    )  # fmt: skip
    assert answer["Location"].endswith(f"saved={saved.pk}")
    address = f"/lists/vehicle/filters/{saved.pk}/"
    for step in ("open", "subscribe"):
        assert as_operator.post(address, {"step": step, "query": "vin=A"})["Location"].endswith(
            "vin=A"
        )
    assert selectors.opens_with(operator, "vehicle") == saved.pk
    assert FilterSubscription.objects.get().person == operator
    for step in ("close", "unsubscribe"):
        as_operator.post(address, {"step": step})
    assert selectors.opens_with(operator, "vehicle") is None
    assert not FilterSubscription.objects.exists()
    assert as_operator.post(address, {"step": "nonsense"}).status_code == 400
    as_operator.post(address, {"step": "delete"})
    assert as_operator.post(address, {"step": "delete"}).status_code == 404
    refused = as_operator.post("/lists/vehicle/filters/", {"name": "", "query": ""}, follow=True)
    assert "未能保存" in refused.content.decode()


# ---- subscriptions


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[SavedFilterNews]]:
    """Every piece of news, as a later room hears it."""
    heard: list[SavedFilterNews] = []
    listeners: dict[type, list[Callable[[Person, SavedFilterNews], None]]] = {
        SavedFilterNews: [lambda actor, event: heard.append(event)]
    }
    original = events._LISTENERS[SavedFilterNews]
    monkeypatch.setitem(events._LISTENERS, SavedFilterNews, listeners[SavedFilterNews])
    yield heard
    events._LISTENERS[SavedFilterNews] = original


def test_subscribers_are_told_once_of_each_new_row_that_matches(
    operator: Person, colleague: Person, saved: SavedFilter, told: list[SavedFilterNews]
) -> None:
    many(operator.maker, 3)
    services.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    assert services.news_look() == 0
    many(operator.maker, 2, first=100)
    assert services.news_look() == 1
    assert [(one.person_id, one.number, one.at_least) for one in told] == [(operator.pk, 2, False)]
    assert told[0].url.startswith("/vehicles/?state=unregistered")
    assert [services.news_look() for _ in range(3)] == [0, 0, 0]
    many(operator.maker, 1, first=200)
    assert (services.news_look(), services.news_look()) == (1, 0)
    assert AuditRow.objects.filter(action="filter.news").count() == 2


def test_a_row_that_was_committed_late_is_told_too(
    operator: Person, saved: SavedFilter, told: list[SavedFilterNews]
) -> None:
    services.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    many(operator.maker, 3)
    late = Vehicle.objects.order_by("pk")[1]
    Vehicle.objects.filter(pk=late.pk).delete()  # its transaction has not ended yet
    services.news_look()
    late.save(force_insert=True)
    services.news_look()
    services.news_look()
    assert [one.number for one in told] == [2, 1]


def test_very_many_new_rows_are_told_as_at_least(
    operator: Person,
    saved: SavedFilter,
    told: list[SavedFilterNews],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "NEWS_CAP", 5)
    services.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    many(operator.maker, 9)
    services.news_look()
    services.news_look()
    assert [(one.number, one.at_least) for one in told] == [(5, True)]


def test_who_may_no_longer_read_the_list_is_told_nothing(
    operator: Person, other_operator: Person, saved: SavedFilter, told: list[SavedFilterNews]
) -> None:
    services.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    many(other_operator.maker, 2)  # another maker's rows
    many(operator.maker, 2, first=100)
    operator.assignments.all().delete()
    assert services.news_look() == 0
    Person.objects.filter(pk=operator.pk).update(is_active=False)
    assert services.news_look() == 0
    assert told == []


def test_news_that_a_listener_refuses_is_told_again(
    operator: Person,
    saved: SavedFilter,
    told: list[SavedFilterNews],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(actor: Person, event: SavedFilterNews) -> None:
        raise BadInput("not now")

    services.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    many(operator.maker, 1)
    with monkeypatch.context() as patch:
        patch.setitem(events._LISTENERS, SavedFilterNews, [refuse])
        with pytest.raises(BadInput):
            services.news_look()
    assert services.news_look() == 1
    assert len(told) == 1


def test_following_takes_its_grant(operator: Person, saved: SavedFilter) -> None:
    operator.assignments.update(role="integrator")
    person = Person.objects.get(pk=operator.pk)
    assert "list.subscribe" not in ROLES["integrator"].grants
    for step in (services.filter_subscribe, services.filter_unsubscribe):
        with pytest.raises(NotPermitted):
            step(person, of="vehicle", filter_id=saved.pk)
    assert not FilterSubscription.objects.exists()
