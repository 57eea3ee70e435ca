"""The list of silences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle

pytestmark = pytest.mark.django_db
DAY = "range=free&start=2026-03-15T00:00:00&end=2026-03-18T00:00:00"


def page(client: Client, vehicle: Vehicle, query: str) -> tuple[int, str]:
    answer = client.get(f"/vehicles/{vehicle.vin}/gaps/?{query}")
    return answer.status_code, answer.content.decode()


def test_silences_are_listed_newest_first_with_their_length(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    seconds = (0, 100, 3700, 3700 + 93_784)
    around.put(*(report(vehicle.vin, NOON + timedelta(seconds=s)) for s in seconds))
    code, text = page(as_operator, vehicle, DAY)
    assert code == 200
    assert "2 处超过 120 秒没有数据的间隔" in text
    assert text.index("1 天 02:03:04") < text.index("01:00:00")
    around_ms = int((NOON + timedelta(seconds=100)).timestamp() - 3600) * 1000
    assert f"history/?from={around_ms}&amp;to=" in text


def test_without_any_the_page_says_so_and_leads_to_the_newest_data(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    code, text = page(as_operator, vehicle, "range=7d")
    assert (code, "该时段没有缺口" in text, "最近有数据的一天" in text) == (200, True, True)


def test_an_impossible_range_and_an_absent_store_are_told(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    code, text = page(as_operator, vehicle, "start=2026-03-15T12:00&end=2026-03-15T11:00")
    assert (code, "时间范围无效" in text, "该时段没有缺口" in text) == (422, True, False)
    around.is_away = True
    code, text = page(as_operator, vehicle, "range=7d")
    assert (code, "遥测存储暂不可用" in text, "该时段没有缺口" in text) == (503, True, False)
