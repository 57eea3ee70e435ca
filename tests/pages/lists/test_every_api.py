"""The API of every list that has one, and the workbench: the same rows, for whoever may have them."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.pages.lists.conftest import House
from tests.records.clocks_made import started

from voltward.pages.room import REGISTRY
from voltward.records.models import Person
from voltward.records.services.tokens import own_token_create

pytestmark = pytest.mark.django_db
NAMES = sorted(name for name, one in REGISTRY.lists().items() if one.api)


@pytest.mark.parametrize("of", NAMES)
def test_the_api_gives_the_same_rows_with_every_field_in_every_order(house: House) -> None:
    for sort in ["", *house.list.sorts(), *(f"-{key}" for key in house.list.sorts())]:
        query = f"sort={sort}" if sort else ""
        answer = house.client.get(f"/api/{house.list.api}?{query}").json()
        fields = {column.key for column in house.list.columns if column.api}
        assert all(set(row) == fields for row in answer["results"])
        first = next(one for one in house.list.columns if one.api and one.kind != "instant")
        asked = house.asked(query)
        records = house.list.ready(house.reader, asked.rows.order_by(*asked.order.fields()))
        assert [row[first.key] for row in answer["results"]] == [
            first.plain(one) for one in records
        ]
        assert answer["count"] == len(answer["results"]) == len(house.pks(query))
    page = house.client.get(f"/api/{house.list.api}?page_size=3").json()
    rest = house.client.get(page["next"]).json()
    assert len(page["results"]) == 3
    assert page["results"] != rest["results"]
    assert house.client.get(rest["previous"]).json()["results"] == page["results"]


ANSWERS_INTEGRATORS = {
    "/api/parts/": 200, "/api/packs/": 200, "/api/terminals/": 200, "/api/notices/": 200,
    "/api/clocks/": 403, "/api/tasks/": 403, "/api/approvals/": 403, "/api/workbench/": 403,
}  # fmt: skip


@pytest.mark.parametrize("address", ANSWERS_INTEGRATORS)
def test_a_token_opens_what_its_bearer_holds_a_grant_for(
    api_token: str, operator: Person, address: str
) -> None:
    def ask(text: str) -> int:
        return Client().get(address, headers={"authorization": f"Bearer {text}"}).status_code

    assert ask(api_token) == ANSWERS_INTEGRATORS[address]
    assert ask(own_token_create(operator, name="own", days=1)[1]) == 200
    assert ask("vw_wrong") == 401


def test_the_workbench_tells_a_program_what_its_bearer_must_do(
    as_operator: Client, operator: Person, other_operator: Person
) -> None:
    mine = started(operator, owner=operator)
    started(other_operator, owner=other_operator)
    answer = as_operator.get("/api/workbench/").json()
    assert answer["at_least"] is False
    (line,) = answer["results"]
    assert (line["url"], line["owner"]) == (f"/clocks/{mine.pk}/", "operator")
    assert line["due_at"] == mine.due_at.isoformat().replace("+00:00", "Z")  # type: ignore[union-attr]
    for query, words in (("scope=world", "known are mine, unit, all"), ("colour=red", "colour")):
        refused = as_operator.get(f"/api/workbench/?{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_input")
        assert words in refused.json()["detail"]
    schema = as_operator.get("/api/schema/").json()
    assert "at_least" in schema["components"]["schemas"]["Workbench"]["properties"]
