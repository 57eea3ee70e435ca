"""The pages of data quality: what they show, where examples lead, who may open and handle what."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.exchange.quality import ago, car, sent, summary, taken

from voltward.exchange.models import QualityCase, QualityDay
from voltward.exchange.quality_rates import Rates
from voltward.exchange.quality_texts import delay_text, history_url, moment_of, share
from voltward.records import days
from voltward.records.models import Approval, Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_engineer(maker: Maker) -> Client:
    return _client(maker, "quality_engineer")


def _client(maker: Maker, role: str) -> Client:
    person = person_create(
        installation(), login=f"as-{role}", display_name=role, maker=maker, roles=[role]
    )
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_the_overview_shows_rates_trend_models_and_classes(
    as_engineer: Client, maker: Maker
) -> None:
    empty = text(as_engineer, "/quality/")
    assert "还没有数据" in empty
    one, other = car(maker), car(maker, model="另一车型")
    sent(one, days.today(), range_cells=3)
    taken(summary(other.vehicle_id, days.today(), missing=35))
    answer = as_engineer.get("/quality/")
    today = {figure.title: figure for figure in answer.context["spans"][0][1]}
    assert today["上线率"].value == "100.00 %"
    assert today["合格率"].value == "50.00 %"
    assert (today["数据缺失率"].value, today["数据缺失率"].is_late) == ("2.50 %", False)
    assert [row[0] for row in answer.context["models"]] == ["示例轿跑", "另一车型"]
    assert answer.context["trend"]["days"] == [days.today().isoformat()]
    body = answer.content.decode()
    assert "单体电压超出合理范围" in body
    assert "另一车型" in body


def test_a_missing_rate_above_the_good_line_is_marked(as_engineer: Client, maker: Maker) -> None:
    taken(summary(car(maker).vehicle_id, days.today(), missing=35))
    good = as_engineer.get("/quality/").context["spans"][0][1][2]
    taken(summary(car(maker).vehicle_id, days.today(), missing=36))
    late = as_engineer.get("/quality/").context["spans"][0][1][2]
    assert (good.is_late, late.is_late) == (True, True)  # 5 % is not below 5 %


def test_a_class_shows_models_and_examples_that_lead_to_the_history_of_that_time(
    as_engineer: Client, maker: Maker
) -> None:
    vehicle = car(maker)
    sent(vehicle, ago(1), range_cells=3)
    answer = as_engineer.get("/quality/classes/range.cells/?model=示例轿跑")
    (example,) = answer.context["examples"]
    assert example.row.vehicle == vehicle
    at, url = example.moments[0]
    assert at.strftime("%Y-%m-%d %H:%M:%S") == f"{ago(1)} 08:20:00"
    parts = urlsplit(url)
    assert parts.path == f"/vehicles/{vehicle.vin}/history/"
    begin, end = (int(parse_qs(parts.query)[name][0]) for name in ("from", "to"))
    assert begin < at.timestamp() * 1000 < end
    assert end - begin == timedelta(minutes=10).total_seconds() * 1000
    text(as_engineer, "/quality/classes/no.class/", 404)


def test_a_vehicles_tab_shows_its_days_and_not_another_makers(
    as_engineer: Client, maker: Maker, other_maker: Maker
) -> None:
    vehicle = car(maker)
    taken(summary(vehicle.vehicle_id, ago(2), ago(1), errors={"soc.jump": 2}))
    body = text(as_engineer, f"/vehicles/{vehicle.vin}/quality/")
    assert "SOC 跳变" in body
    assert f"{ago(1):%m-%d} 接收" in body
    assert "没有数据" in text(as_engineer, f"/vehicles/{car(maker).vin}/quality/")
    text(as_engineer, f"/vehicles/{car(other_maker).vin}/quality/", 404)


def test_a_case_is_opened_and_handled_on_its_page(as_engineer: Client, maker: Maker) -> None:
    sent(car(maker), ago(1), range_cells=3)
    url = "/quality/classes/range.cells/open/"
    assert as_engineer.post(url, {"model": "示例轿跑", "reason": " "}).status_code == 302
    assert not QualityCase.objects.exists()
    as_engineer.post(url, {"model": "示例轿跑", "reason": "巡检"})
    case = QualityCase.objects.get()
    page = f"/quality/cases/{case.pk}/"
    assert f"Q{case.pk}" in text(as_engineer, "/quality/classes/range.cells/")
    refused = as_engineer.post(page, {"step": "fix", "fix-fix": "x", "fix-fixed_on": str(ago(0))})
    assert refused.status_code == 200  # no such step yet: nothing happens
    as_engineer.post(page, {"step": "cause", "cause-cause": "线束"})
    ahead = {"step": "fix", "fix-fix": "更换", "fix-fixed_on": str(ago(-1))}
    assert as_engineer.post(page, ahead).status_code == 422
    as_engineer.post(page, {**ahead, "fix-fixed_on": str(ago(0))})
    case.refresh_from_db()
    assert case.state == "fixed"
    early = as_engineer.post(page, {"step": "ask", "ask-reason": "好了"})
    assert early.status_code == 422
    assert "尚未复测满天数" in early.content.decode()
    assert not Approval.objects.exists()


def test_a_limit_is_proposed_on_its_page(as_engineer: Client) -> None:
    assert "行驶中最大上报间隔" in text(as_engineer, "/quality/limits/")
    given = {"value": 20, "source": "规范", "confidence": "M", "reason": "x"}
    url = "/quality/limits/gap_s/"
    today = as_engineer.post(url, {**given, "effective_from": str(days.today())})
    assert today.status_code == 422
    later = as_engineer.post(url, {**given, "effective_from": str(ago(-1))})
    assert later.status_code == 302
    assert Approval.objects.get().payload["value"] == 20


@pytest.mark.parametrize(
    ("role", "reads", "handles"),
    [
        ("quality_engineer", True, True), ("safety_head", True, True),
        ("monitoring_operator", True, True), ("auditor", True, False),
        ("regulator", False, False), ("aftersales", False, False), ("system_admin", False, False),
    ],
)  # fmt: skip
def test_who_may_read_and_who_may_handle(
    maker: Maker, operator: Person, role: str, reads: bool, handles: bool
) -> None:
    client = _client(maker, role)
    for url in ("/quality/", "/quality/days/", "/quality/cases/", "/quality/classes/soc.jump/",
                "/quality/limits/"):  # fmt: skip
        text(client, url, 200 if reads else 403)
    answer = client.post("/quality/classes/soc.jump/open/", {"model": "示例轿跑", "reason": "巡检"})
    assert answer.status_code == (302 if handles else 403)
    assert QualityCase.objects.exists() is handles


def test_numbers_are_said_as_people_read_them(maker: Maker) -> None:
    assert (share(None), share(4.996)) == ("—", "5.00 %")
    assert delay_text(Rates()) == "—"
    assert delay_text(Rates(realtime=100, delays=(94, 1, 5, 0, 0, 0, 0, 0))) == "≤ 3 s"
    assert delay_text(Rates(realtime=10, delays=(0,) * 7 + (10,))) == "超过 1 小时"
    sent(car(maker), ago(1))
    row = QualityDay.objects.get()
    assert moment_of(row, 0).hour == 0
    assert history_url(row, 0).startswith("/vehicles/")
