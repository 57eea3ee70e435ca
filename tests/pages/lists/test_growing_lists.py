"""Lists that grow without end: each of their orders lies ready in an index."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.pages.lists.conftest import House

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "of",
    [
        "vehicle",
        "clock",
        "task",
        "inbox",
        "delivery",
        "pack",
        "terminal",
        "part",
        "alarm",
        "owner_notice",
        "shift",
        "presence_check",
        "hand_over",
    ],
)
def test_every_order_of_a_list_that_grows_comes_out_of_an_index(
    house: House, plan: Callable[[str], list[str]]
) -> None:
    for sort in ["", *house.list.sorts(), *(f"-{key}" for key in house.list.sorts())]:
        found = plan(f"{house.url}?saved=0&sort={sort}" if sort else f"{house.url}?saved=0")
        assert found
        for one in found:
            assert "Sort" not in one, f"{sort}\n{one}"
            assert "Seq Scan" not in one.replace("Seq Scan on records_maker", ""), one


@pytest.fixture
def plan(house: House) -> Callable[[str], list[str]]:
    """How PostgreSQL would read the rows of a page if sorting were dear, as it is for millions."""

    def explained(address: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert house.client.get(address).status_code == 200
        asked = [one["sql"] for one in seen if 'AS "vw_key"' in one["sql"]]
        found = []
        with connection.cursor() as cursor:
            for way in ("sort", "seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            for sql in asked:
                cursor.execute(f"EXPLAIN {sql}")
                found.append("\n".join(row[0] for row in cursor.fetchall()))
        return found

    return explained
