"""The JSON behind the history page and the heat map: golden shapes, gaps, thinning, refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.frames.grammar import Edition

pytestmark = pytest.mark.django_db

MS = int(NOON.timestamp() * 1000)
SPAN = {"from": MS - 60_000, "to": MS + 3_600_000}


def curves(client: Client, vehicle: Vehicle, **query: Any) -> Any:
    answer = client.get(f"/vehicles/{vehicle.vin}/history/curves/", query or SPAN)
    return answer.status_code, answer.json()


def matrix(client: Client, vehicle: Vehicle, **query: Any) -> Any:
    answer = client.get(f"/vehicles/{vehicle.vin}/cells/matrix/", {**SPAN, **query})
    return answer.status_code, answer.json()


def points(body: dict[str, Any], field: str) -> list[list[float | None]]:
    (found,) = [
        series["points"]
        for panel in body["panels"]
        for series in panel["series"]
        if series["field"] == field
    ]
    return found  # type: ignore[no-any-return]


def test_curves_have_this_shape(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin), report(vehicle.vin, NOON + timedelta(seconds=10), soc_pct=77))
    code, body = curves(as_operator, vehicle)
    assert code == 200
    assert {name: value for name, value in body.items() if name != "panels"} == {
        "from": MS - 60_000, "to": MS + 3_600_000, "rows": 2, "bucket_s": 0, "conflicts": 0,
        "newest": "",
    }  # fmt: skip
    assert body["panels"][2] == {
        "title": "SOC", "unit": "%", "step": False,
        "series": [{"name": "SOC", "field": "soc_pct", "points": [[MS, 78.0], [MS + 10_000, 77.0]]}],
    }  # fmt: skip
    fields = [series["field"] for panel in body["panels"] for series in panel["series"]]
    assert fields == [
        "total_voltage_v", "total_current_a", "soc_pct", "speed_kmh", "highest_temp_c",
        "lowest_temp_c", "highest_voltage_v", "lowest_voltage_v", "insulation_kohm", "alarm_level",
    ]  # fmt: skip


def test_a_line_ends_where_the_data_ends_and_begins_again_behind_the_gap(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    at = (0, 10, 20, 620, 630)
    around.put(*(report(vehicle.vin, NOON + timedelta(seconds=s), level=s // 600) for s in at))
    expected = [
        [MS, 0], [MS + 10_000, 0], [MS + 20_000, 0], [MS + 21_000, None],
        [MS + 620_000, 1], [MS + 630_000, 1],
    ]  # fmt: skip
    assert points(curves(as_operator, vehicle)[1], "alarm_level") == expected


def test_codes_are_breaks_and_never_numbers(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(
        report(vehicle.vin, level=None, soc_pct=None),
        report(vehicle.vin, NOON + timedelta(seconds=10), level=2),
    )
    body = curves(as_operator, vehicle)[1]
    assert points(body, "alarm_level") == [[MS, None], [MS + 10_000, 2.0]]
    assert points(body, "soc_pct") == [[MS, None], [MS + 10_000, 78.0]]


def test_a_2025_car_has_curves_of_the_extremes_it_does_not_send(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(
        report(vehicle.vin, edition=Edition.Y2025, cells=(3.7, None, 3.65), probes=(20, None, 31))
    )
    body = curves(as_operator, vehicle)[1]
    extremes = ("highest_voltage_v", "lowest_voltage_v", "highest_temp_c", "lowest_temp_c")
    assert [points(body, field)[0][1] for field in extremes] == [3.7, 3.65, 31, 20]


def test_many_rows_are_thinned_and_keep_their_extremes(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    frames = [report(vehicle.vin, NOON + timedelta(seconds=s), soc_pct=50) for s in range(1300)]
    frames[700] = report(vehicle.vin, NOON + timedelta(seconds=700), soc_pct=3)
    around.put(*frames)
    body = curves(as_operator, vehicle)[1]
    assert (body["rows"], body["bucket_s"]) == (1300, 4)
    assert [MS + 700_000, 3.0] in points(body, "soc_pct")


def test_an_empty_range_leads_to_the_newest_data(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    code, body = curves(as_operator, vehicle, range="1h")
    assert (code, body["rows"]) == (200, 0)
    assert parse_qs(body["newest"]) == {
        "range": ["free"], "start": ["2026-03-14T12:00:01"], "end": ["2026-03-15T12:00:01"],
    }  # fmt: skip
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/history/curves/?{body['newest']}")
    assert answer.json()["rows"] == 1


def test_a_car_that_never_sent_leads_nowhere(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    assert curves(as_operator, vehicle, range="1h")[1]["newest"] == ""


@pytest.mark.parametrize("path", ["history/curves", "cells/matrix"])
@pytest.mark.parametrize(
    "query",
    ["from=5&to=5", "from=2000000000000&to=1000000000000", "start=2026-03-15T12:00&end=2026-03-15T11:00",
     "start=2024-01-01T00:00&end=2026-01-01T00:00", "start=0001-01-01T00:00&end=0001-01-02T00:00",
     "start=2026-02-30T00:00", "from=99999999999999999&to=999999999999999999"],
)  # fmt: skip
def test_impossible_ranges_are_refused_in_words(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, path: str, query: str
) -> None:
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/{path}/?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("时间范围")


@pytest.mark.parametrize("path", ["history/curves", "cells/matrix"])
def test_without_the_store_the_charts_are_told(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.is_away = True
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/{path}/")
    assert answer.status_code == 503
    assert "遥测存储暂不可用" in answer.json()["detail"]


@pytest.mark.parametrize("page", ["history", "cells"])
def test_a_page_with_an_impossible_range_shows_the_usual_one_and_says_why(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, page: str
) -> None:
    text = as_operator.get(
        f"/vehicles/{vehicle.vin}/{page}/?start=2026-03-15T12:00&end=2026-03-15T11:00"
    ).content.decode()
    assert "时间范围无效" in text
    assert '<option value="1d" selected>' in text


# ---- cells


def test_the_matrix_has_this_shape(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(
        report(vehicle.vin, cells=(3.7, 3.701, 3.702)),
        report(vehicle.vin, NOON + timedelta(seconds=10), cells=(3.7, 3.2, None)),
    )
    later = MS + 10_000
    assert matrix(as_operator, vehicle) == (200, {
        "unit": "mV", "of": "cells", "rows": 2, "bucket_s": 0, "cells": 3,
        "labels": ["1", "2", "3"], "times": [MS, later], "gaps_after": [],
        "medians": [3701, 3200],
        "values": [[3700, 3701, 3702], [3700, 3200, None]],
        "deviations": [[-1, 0, 1], [500, 0, None]],
        "worst": [
            {"label": "1", "column": 1, "at": later, "value": 3700, "deviation": 500},
            {"label": "3", "column": 0, "at": MS, "value": 3702, "deviation": 1},
        ],
        "first": {"far": 100, "cells": [
            {"label": "1", "column": 1, "at": later, "value": 3700, "deviation": 500},
        ]},
        "newest": "",
    })  # fmt: skip


def test_the_cell_that_fell_is_named_first_with_its_moment(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    calm = [3.9] * 50
    fire = [*calm]
    fire[31], fire[40] = 1.987, 3.133
    burnt = [*fire]
    burnt[5] = 0.5
    frames = [calm, fire, burnt]
    around.put(
        *(report(vehicle.vin, NOON + timedelta(seconds=n), cells=c) for n, c in enumerate(frames))
    )
    body = matrix(as_operator, vehicle)[1]
    named = [(one["label"], one["deviation"], one["column"]) for one in body["first"]["cells"]]
    assert named == [("32", -1913, 1), ("41", -767, 1)]
    assert [one["label"] for one in body["worst"]] == ["6", "32", "41"]


def test_silences_are_told_so_that_the_map_can_leave_them_blank(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(*(report(vehicle.vin, NOON + timedelta(seconds=s)) for s in (0, 120, 241, 300)))
    assert matrix(as_operator, vehicle)[1]["gaps_after"] == [1]  # 121 s; 120 s is none


def test_probes_come_the_same_way(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, probes=(25, 26, 109)))
    body = matrix(as_operator, vehicle, of="probes")[1]
    assert (body["unit"], body["values"], body["medians"]) == ("℃", [[25, 26, 109]], [26])
    assert body["first"]["cells"][0]["label"] == "3"


def test_an_empty_matrix_leads_to_the_newest_data(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/cells/matrix/?range=10m").json()
    assert (answer["rows"], answer["worst"], answer["first"]["cells"]) == (0, [], [])
    start = datetime.fromisoformat(parse_qs(answer["newest"])["start"][0])
    assert start == datetime(2026, 3, 14, 12, 0, 1)
