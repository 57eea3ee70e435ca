"""A list of 200,000 vehicles: the order comes out of an index, counts stop, exports stay small."""

from __future__ import annotations

import gc
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from voltward.fleet.lists import VEHICLES
from voltward.pages.lists import export, facets
from voltward.pages.lists.asking import Asked, asked_of
from voltward.pages.lists.cells import values_of
from voltward.records.models import Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db
NUMBER = 200_000
BOUND = 12 << 20
FILL = """
INSERT INTO fleet_vehicle (maker_id, vin, vehicle_id, model_name, battery_type, plate, state, source,
  first_seen_at, registered_at, state_note, scrap_proof)
SELECT %s, 'LZZ' || lpad(n::text, 14, '0'), n, '车型' || n %% 40, 'NCM', '',
  CASE WHEN n %% 50 = 0 THEN 'unregistered' ELSE 'registered' END, 'import',
  now() - n * interval '1 minute', CASE WHEN n %% 50 = 0 THEN NULL ELSE now() END, '', ''
FROM generate_series(1, %s) AS n
"""


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The number of a maker with NUMBER vehicles, kept and analysed as in earnest."""
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute("INSERT INTO records_maker (name, wmis) VALUES ('大厂', '{}') RETURNING id")
        maker = int(cursor.fetchone()[0])
        cursor.execute("ALTER TABLE fleet_vehicle DISABLE TRIGGER USER")  # no history of theirs
        cursor.execute(FILL, [maker, NUMBER])
        cursor.execute("ALTER TABLE fleet_vehicle ENABLE TRIGGER USER")
        cursor.execute("ANALYZE fleet_vehicle")
    yield maker
    with django_db_blocker.unblock():
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE fleet_vehicle DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM fleet_vehicle WHERE maker_id = %s", [maker])
            cursor.execute("ALTER TABLE fleet_vehicle ENABLE TRIGGER USER")
            cursor.execute("DELETE FROM records_maker WHERE id = %s", [maker])
            # later tests look at plans of a small table
            cursor.execute("VACUUM FULL fleet_vehicle")
            cursor.execute("SELECT pg_clear_relation_stats('public', 'fleet_vehicle')")
        connections["owner"].close()


@pytest.fixture
def reader(crowd: int, db: None) -> Person:
    return person_create(
        installation(), login="crowd", display_name="crowd",
        maker=Maker.objects.get(pk=crowd), roles=["quality_engineer"],
    )  # fmt: skip


def asked(reader: Person, query: str = "") -> Asked:
    return asked_of(VEHICLES, reader, QueryDict(query), ("sort", "columns"))


def plans(client: Client, address: str) -> list[str]:
    """How PostgreSQL reads the rows of the page at ``address``, the counts left out."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    asked_for = [one["sql"] for one in seen if 'AS "vw_key"' in one["sql"]]
    with connection.cursor() as cursor:
        found = []
        for sql in asked_for:
            cursor.execute(f"EXPLAIN {sql}")
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize(
    "sort", ["", "vin", "-vin", "-model_name", "first_seen_at", "registered_at"]
)
def test_every_order_of_the_list_comes_out_of_an_index_on_any_page(
    reader: Person, sort: str
) -> None:
    client = Client()
    client.force_login(reader)
    page = client.get(f"/vehicles/?sort={sort}")
    after = page.context["cursors"]["after"]
    for address in (f"/vehicles/?sort={sort}", f"/vehicles/?sort={sort}&after={after}"):
        found = plans(client, address)
        assert found
        for plan in found:
            assert "Seq Scan" not in plan, plan
            assert "Sort" not in plan, plan
            assert "Index Scan" in plan, plan


def test_counting_stops_at_the_cap(reader: Person) -> None:
    client = Client()
    client.force_login(reader)
    page = client.get("/vehicles/")
    assert page.context["count"] == facets.Counted(facets.COUNT_CAP, at_least=True)
    assert "超过 100,000 条" in page.content.decode()
    assert client.get("/api/vehicles/").json()["count"] is None
    few = client.get("/vehicles/?model=车型7")
    assert few.context["count"] == facets.Counted(NUMBER // 40, at_least=False)


def test_facets_of_a_large_list_say_that_they_saw_a_part(reader: Person) -> None:
    state, model = facets.drawn(asked(reader))
    assert all(choice.at_least for choice in (*state.shown, *model.shown))
    counts = [choice.count for choice in state.shown]
    assert sum(count or 0 for count in counts) == facets.SAMPLE + 1
    exact, _ = facets.drawn(asked(reader, "model=车型7"))
    assert [one.count for one in exact.shown if one.count] == [5000]
    assert not any(one.at_least for one in exact.shown)


def test_an_export_takes_as_much_memory_for_many_rows_as_for_few(reader: Person) -> None:
    few, rows_of_few = exported(reader, "csv", "model=车型7")
    many, rows_of_many = exported(reader, "csv", "")
    assert (rows_of_few, rows_of_many) == (NUMBER // 40, NUMBER)
    assert many - few < BOUND
    sheet, _ = exported(reader, "xlsx", "model=车型7")
    assert sheet - few < BOUND


def test_the_measure_would_notice_rows_that_pile_up(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, _ = exported(reader, "csv", "model=车型7")
    monkeypatch.setattr(export, "BATCH", NUMBER)
    many, _ = exported(reader, "csv", "")
    assert many - few > BOUND


def exported(reader: Person, format: str, query: str) -> tuple[int, int]:
    """The most octets the process held while it wrote, and the number of rows."""
    gc.collect()
    with tempfile.TemporaryFile() as file:
        wanted = asked(reader, f"{query}&columns=vin")
        peaks = [resident()]

        def watched(*rows: object) -> Iterator[object]:
            for number, row in enumerate(values_of(*rows, personal=False)):  # type: ignore[arg-type]
                if number % 100 == 0:
                    peaks.append(resident())
                yield row

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(export, "values_of", lambda *rows, personal: watched(*rows))
            rows = export.write(file, format, wanted, limit=None)
        return max(peaks), rows


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
