"""Every declared list, whatever it lists: it shows, filters, sorts, pages, exports and denies."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import resolve
from tests.answers import body_of
from tests.pages.lists.conftest import OPEN_TO_ALL, House, role_with, somebody
from tests.pages.lists.filling import FILLERS

from voltward.base.errors import BadInput, NotFound
from voltward.pages.lists.asking import choices_of
from voltward.pages.room import REGISTRY
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.roles import ROLES
from voltward.records.selectors import installation
from voltward.records.selectors import list_views as kept
from voltward.records.services import list_views

pytestmark = pytest.mark.django_db
NAMES = sorted(REGISTRY.lists())
# filters with a method of their own: a value that some rows have and some have not
BY_METHOD = {
    ("vehicle", "vin"): "LVVDB11B0RE",
    ("alarm", "vin"): "LVVDB11B0RE",
    ("quality_day", "vin"): "LVVDB11B0RE",
    ("audit", "person"): "reader",
    **{(name, "vin"): "LVVDB11B0RE" for name in NAMES if name.startswith("watch_")},
    ("audit", "since"): "2026-01-01T00:00:00",
    ("audit", "until"): "2099-01-01T00:00:00",
    ("shift", "person"): "reader",
    ("shift", "since"): "2020-01-01",
    ("shift", "until"): "2099-01-01",
}


every = pytest.mark.parametrize("of", NAMES)


def small_pages(house: House, patch: pytest.MonkeyPatch) -> None:
    page = resolve(house.url).func.view_class  # type: ignore[attr-defined]
    patch.setattr(page, "declaration", replace(house.list, page_size=3))


def test_every_list_is_tried_here() -> None:
    assert set(FILLERS) == set(NAMES)


@every
def test_it_shows_the_own_rows_and_no_others(house: House) -> None:
    answer = house.client.get(f"{house.url}?saved=0")
    shown = [row.pk for row in answer.context["page"].records]
    assert shown == house.pks()[: len(shown)]
    assert len(shown) == min(len(house.pks()), house.list.page_size)
    assert house.foreign
    assert not house.foreign & set(house.pks())
    assert house.list.column(house.list.columns[0].key)


@every
def test_who_lacks_its_grant_gets_neither_page_nor_file_nor_answer(
    house: House, maker: Maker
) -> None:
    addresses = [house.url, f"{house.url}?export=csv"]
    addresses += [f"/api/{house.list.api}"] if house.list.api else []
    assert {Client().get(one).status_code for one in addresses} <= {302, 401}
    if house.list.needs == OPEN_TO_ALL:
        return
    without = next(one.code for one in ROLES.values() if house.list.needs not in one.grants)
    client = Client()
    client.force_login(somebody(maker, "without", without))
    assert {client.get(one).status_code for one in addresses} == {403}
    with pytest.raises(NotFound):
        kept.list_visible(Person.objects.get(login="without"), house.list.of)


@every
def test_every_column_is_drawn_and_can_be_chosen(house: House) -> None:
    keys = ",".join(column.key for column in house.list.columns)
    answer = house.client.get(f"{house.url}?columns={keys}")
    assert [head[0] for head in answer.context["heads"]] == [
        column.title for column in house.list.columns
    ]
    assert all(len(row) == len(house.list.columns) for row in answer.context["body"])
    list_views.list_columns_choose(house.reader, of=house.list.of, columns=keys.split(",")[:1])
    answer = house.client.get(f"{house.url}?saved=0")
    assert len(answer.context["heads"]) == 1


@every
def test_every_order_walks_through_all_rows_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(house, monkeypatch)
    sorts = [sign + key for key in house.list.sorts() for sign in ("", "-")]
    for sort in ["", *sorts]:
        query = f"sort={sort}" if sort else ""
        wanted, found, after = house.pks(query)[:12], [], ""
        while len(found) < len(wanted):
            page = house.client.get(f"{house.url}?saved=0&{query}&after={after}")
            found += [row.pk for row in page.context["page"].records]
            after = page.context["cursors"].get("after", "")
            if not after:
                break
        assert found[: len(wanted)] == wanted, sort


@every
def test_every_filter_leaves_what_it_says(house: House) -> None:
    everything = set(house.pks())
    for name, one in house.list.filterset.base_filters.items():
        choices = [str(value) for value, _ in choices_of(one)]
        if choices:
            parts = [set(house.pks(urlencode({name: value}))) for value in choices]
            assert all(part <= everything for part in parts), name
            assert any(parts), name
            assert any(part != everything for part in parts) or len(choices) == 1, name
            continue
        found = BY_METHOD.get((house.list.of, name)) or beginning(house, one)
        assert house.pks(urlencode({name: found})), name
        if one.lookup_expr in ("begins", "exact") and not one.extra.get("widget"):
            nothing = 1900 if type(one).__name__ == "NumberFilter" else "no such thing ~"
            assert house.pks(urlencode({name: nothing})) == [], name


def beginning(house: House, one: Any) -> str:
    """What some row has in the field of a filter: whole, or its first characters."""
    values = house.list.rows(house.reader).order_by().values_list(one.field_name, flat=True)
    value = str(next(value for value in values if value not in (None, "")))
    return value[:2] if one.lookup_expr in ("begins", "icontains") else value


@every
def test_each_choice_of_a_facet_leaves_as_many_rows_as_it_says(house: House) -> None:
    for facet in house.client.get(f"{house.url}?saved=0").context["facets"]:
        offered = [one for one in (*facet.shown, *facet.more) if one.count]
        assert offered, facet.name
        for one in offered:
            assert len(house.pks(urlencode({facet.name: one.value}))) == one.count, facet.name


@every
def test_the_export_holds_exactly_the_filtered_rows_and_leaves_an_audit_row(house: House) -> None:
    query = narrowing(house)
    rows = len(house.pks(query))
    file = body_of(house.client.get(f"{house.url}?{query}&export=csv")).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(file)))
    assert lines[0] == [str(column.title) for column in house.asked().columns]
    assert len(lines) == rows + 1
    kept_row = AuditRow.objects.get(action=f"{house.list.of}.export", actor=house.reader)
    assert (kept_row.after["rows"], kept_row.after["query"]) == (rows, query)
    workbook = body_of(house.client.get(f"{house.url}?{query}&export=xlsx"))
    assert workbook.startswith(b"PK")


def narrowing(house: House) -> str:
    """A query that leaves some rows and not all, where a choice can."""
    everything = len(house.pks())
    for name, one in house.list.filterset.base_filters.items():
        for value, _ in choices_of(one):
            query = urlencode({name: value})
            if 0 < len(house.pks(query)) < everything:
                return query
    return ""


@every
def test_filters_are_saved_shared_and_opened_with(house: House, maker: Maker) -> None:
    query = narrowing(house)
    saved = list_views.filter_save(
        house.reader, of=house.list.of, name="筛", query=query, is_shared=True
    )
    colleague = somebody(maker, "colleague", role_with(house.list.needs))
    assert saved in kept.filter_visible(colleague, house.list.of)
    list_views.filter_opens_list(house.reader, of=house.list.of, filter_id=saved.pk)
    answer = house.client.get(house.url, follow=True)
    assert answer.request["QUERY_STRING"].startswith(query)
    assert answer.context["count"].number == len(house.pks(query))
    assert "已忽略" not in answer.content.decode()


@every
def test_news_is_told_of_lists_that_the_news_do_not_fill(house: House) -> None:
    if "list.subscribe" not in house.reader.grants:
        house.reader.assignments.create(role="auditor", assigned_by=installation())
    reader = Person.objects.get(pk=house.reader.pk)
    saved = list_views.filter_save(reader, of=house.list.of, name="筛", query="")
    assert house.list.can_follow is (house.list.of not in ("inbox", "delivery", "audit"))
    if house.list.can_follow:
        list_views.filter_subscribe(reader, of=house.list.of, filter_id=saved.pk)
    else:
        with pytest.raises(BadInput):
            list_views.filter_subscribe(reader, of=house.list.of, filter_id=saved.pk)
    assert list_views.news_look() == 0
