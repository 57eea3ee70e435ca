"""平台可用性 and the overview's word of the watchdog."""

from __future__ import annotations

import html
import time
from datetime import date

import pytest
from django.test import Client
from tests.monitoring.conftest import Surroundings

from voltward.watchdog.availability import Counted
from voltward.watchdog.status import StageStatus, Status

pytestmark = pytest.mark.django_db


def told(state: str = "ok", at_s: float | None = None, ways: int = 1) -> Status:
    stages = (
        StageStatus("gateway", "ok", 3.0, ""),
        StageStatus("store", state, 3.0, "TimeoutError"),
    )
    return Status(at_s or time.time(), stages, ways)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_overview_says_how_old_the_canary_is_and_what_stands(
    as_operator: Client, around: Surroundings
) -> None:
    assert "未运行" in page(as_operator, "/monitoring/")
    around.watchdog = told()
    assert "全链路自检" in page(as_operator, "/monitoring/")
    assert "停止：" not in page(as_operator, "/monitoring/")
    around.watchdog = told("late")
    assert "停止：遥测入库" in page(as_operator, "/monitoring/")


def test_a_month_is_summed_against_its_targets(as_operator: Client, around: Surroundings) -> None:
    around.watchdog = told(ways=0)
    day = 86_400.0
    around.availability = {
        date(2026, 11, 1): {"gateway": Counted(day, 0), "web": Counted(day, 60)},
        date(2026, 11, 2): {"gateway": Counted(day, 3000), "web": Counted(day, 0)},
    }
    text = page(as_operator, "/platform/availability/?month=2026-11")
    assert "98.264" in text  # of the gateway: 50 minutes of two days
    assert "21.6" in text  # minutes that 99.95 % leave of a month of 30 days
    assert "2026-11-02" in text
    assert "没有外发渠道" in text


def test_a_silent_watchdog_is_said_to_be(as_operator: Client, around: Surroundings) -> None:
    around.watchdog = told(at_s=time.time() - 300)
    assert "看门狗未运行" in page(as_operator, "/platform/availability/")
