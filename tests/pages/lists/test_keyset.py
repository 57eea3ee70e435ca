"""Pages by key: every row exactly once, whatever the order, the page size, the ties and the nulls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voltward.base.errors import BadInput
from voltward.fleet.models import Vehicle
from voltward.pages.lists import cursors, keyset
from voltward.pages.lists.keyset import Order, Place, sliced
from voltward.records.models import Maker

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
ROW = st.tuples(st.none() | st.integers(0, 3), st.sampled_from(["", "a", "b", "c"]))
PATHS = st.sampled_from(["registered_at", "model_name", "vin", "first_seen_at", "pk"])
SHARED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def fill(maker: Maker, rows: list[tuple[int | None, str]], first: int = 0) -> list[Vehicle]:
    return Vehicle.objects.bulk_create(
        Vehicle(
            maker=maker,
            vin=f"LVVDB11B0RE{first + number * 7919 % 1000:06d}",
            vehicle_id=first + number,
            model_name=model,
            state="unregistered",
            registered_at=None if day is None else START + timedelta(days=day),
            first_seen_at=START,  # all the same: nothing but ties
        )
        for number, (day, model) in enumerate(rows)
    )


def expected(order: Order) -> list[int]:
    """Python's own order: nulls greatest, then the tie; downwards all of it turned round."""

    def key(row: Vehicle) -> tuple[bool, Any, Any]:
        value = getattr(row, order.path)
        return (
            value is None,
            value or (START if order.path.endswith("_at") else value),
            getattr(row, order.tie),
        )

    return [row.pk for row in sorted(Vehicle.objects.all(), key=key, reverse=order.descending)]


def walked(rows: QuerySet[Any], order: Order, size: int, *, backwards: bool) -> list[int]:
    """All pages from one end to the other, in the list's own order."""
    found: list[int] = []
    page = sliced(rows, order, size, None, backwards=backwards)
    for _ in range(200):
        ids = [row.pk for row in page.records]
        assert len(ids) <= size
        found = [*ids, *found] if backwards else [*found, *ids]
        more = page.has_before if backwards else page.has_after
        if not more:
            return found
        page = sliced(
            rows, order, size, page.first if backwards else page.last, backwards=backwards
        )
    raise AssertionError("the walk never ends")


@SHARED
@given(
    rows=st.lists(ROW, max_size=25), path=PATHS, descending=st.booleans(),
    tie=st.sampled_from(["pk", "vin"]), size=st.integers(1, 9),
)  # fmt: skip
def test_every_row_comes_once_in_order_in_both_directions(
    maker: Maker, rows: list[Any], path: str, descending: bool, tie: str, size: int
) -> None:
    order = Order(path, descending, tie)
    with transaction.atomic():
        fill(maker, rows)
        everything, all_rows = expected(order), Vehicle.objects.all()
        assert walked(all_rows, order, size, backwards=False) == everything
        assert walked(all_rows, order, size, backwards=True) == everything
        transaction.set_rollback(True)


@SHARED
@given(
    rows=st.lists(ROW, min_size=4, max_size=15), added=st.lists(ROW, min_size=1, max_size=5),
    path=PATHS, descending=st.booleans(), size=st.integers(1, 4),
)  # fmt: skip
def test_rows_that_come_in_between_neither_hide_nor_repeat_others(
    maker: Maker, rows: list[Any], added: list[Any], path: str, descending: bool, size: int
) -> None:
    order = Order(path, descending)
    with transaction.atomic():
        old = {row.pk for row in fill(maker, rows)}
        page = sliced(Vehicle.objects.all(), order, size, None)
        found = [row.pk for row in page.records]
        fill(maker, added, first=500_000)
        while page.has_after:
            page = sliced(Vehicle.objects.all(), order, size, page.last)
            found += [row.pk for row in page.records]
        assert len(found) == len(set(found))
        assert old <= set(found)
        transaction.set_rollback(True)


@pytest.mark.parametrize("broken", ["nulls forgotten", "ties forgotten"])
def test_the_walk_would_notice_lost_rows(
    maker: Maker, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    fill(maker, [(day, "a") for day in (None, None, 1, 1, 1, 2)])
    order, right = Order("registered_at", descending=False), keyset._parts

    def wrong(rows: QuerySet[Any], order: Order, place: Place | None) -> list[QuerySet[Any]]:
        if broken == "nulls forgotten" or place is None or place.value is None:
            return right(rows, order, place)[:1]
        return [rows.filter(registered_at__gt=place.value), *right(rows, order, place)[1:]]

    monkeypatch.setattr(keyset, "_parts", wrong)
    assert walked(Vehicle.objects.all(), order, 2, backwards=False) != expected(order)


# ---- cursors


def test_a_cursor_brings_its_place_back_exactly(maker: Maker) -> None:
    fill(maker, [(1, "a"), (None, "ü, 'x'"), (2, "")])
    for path in ("registered_at", "model_name", "vin", "pk"):
        order = Order(path, descending=True)
        for row in sliced(Vehicle.objects.all(), order, 9, None).records:
            place = keyset.place_of(row, order)
            text = cursors.written(place, order, of="vehicle", scope="1")
            assert cursors.read(text, order, Vehicle, of="vehicle", scope="1") == place


def test_a_cursor_is_good_for_its_list_order_and_maker_only() -> None:
    order = Order("vin", descending=False)
    text = cursors.written(Place("X", 7), order, of="vehicle", scope="1")
    for of, scope, other in (
        ("audit", "1", order),
        ("vehicle", "2", order),
        ("vehicle", "1", order.flipped),
        ("vehicle", "1", Order("model_name", descending=False)),
    ):
        with pytest.raises(BadInput, match="cursor"):
            cursors.read(text, other, Vehicle, of=of, scope=scope)


@given(text=st.text(max_size=60))
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(BadInput):
        cursors.read(text, Order("vin", descending=False), Vehicle, of="vehicle", scope="1")


def test_a_changed_cursor_is_refused() -> None:
    order = Order("vin", descending=False)
    text = cursors.written(Place("LVV", 7), order, of="vehicle", scope="1")
    for place in range(0, len(text), 5):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(BadInput):
            cursors.read(changed, order, Vehicle, of="vehicle", scope="1")
