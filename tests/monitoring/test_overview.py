"""The overview and what the room adds to the list of vehicles."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.monitoring.alarms import opened
from tests.monitoring.car import report
from tests.monitoring.conftest import Session, Surroundings

from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.records.models import Person
from voltward.telemetry.ingest.status import Problem, Status

pytestmark = pytest.mark.django_db
KEY = b"k" * 32


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def figures(client: Client) -> dict[str, tuple[str, str]]:
    """Title to value and address of each number."""
    text = client.get("/monitoring/figures/").content.decode()
    found = {}
    for part in text.split("<li>")[1:]:
        name = re.search(r'vw-figure-name">([^<]*)', part)
        value = re.search(r'vw-figure-value">([^<]*)', part)
        link = re.search(r'href="([^"]*)"', part.split("</li>")[0])
        if name and value:
            found[name[1]] = (value[1], link[1] if link else "")
    return found


@pytest.fixture
def fleet(operator: Person, vehicle: Vehicle, around: Surroundings) -> list[Vehicle]:
    """Four vehicles: alarmed and driving, charging, silent since yesterday, never seen."""
    vins = [f"LVVDB11B0RE00000{number}" for number in (2, 3, 4)]
    cars = [vehicle, *(vehicle_register(operator, vin=vin, key=KEY) for vin in vins)]
    at = now()
    around.put(
        report(cars[0].vin, at, level=3, flags=1 << 11, soc_pct=55),
        report(cars[1].vin, at, charging="parked_charging", speed_kmh=0, state="off"),
        report(cars[2].vin, at - timedelta(days=1)),
    )
    around.sessions = [Session(cars[0].vin, at), Session(cars[1].vin, at - timedelta(minutes=5))]
    return cars


def test_the_numbers_are_those_of_the_fleet_and_lead_to_their_rows(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings, status: Callable[..., Status]
) -> None:
    around.status = status()
    found = figures(as_operator)
    assert found == {
        "车辆": ("4", "/vehicles/"),
        "在线": ("2", "/vehicles/?now=online"),
        "充电中": ("1", "/vehicles/?now=charging"),
        "行驶中": ("1", "/vehicles/?now=driving"),
        "报警中": ("1", "/vehicles/?now=alarmed"),
        "入库速率": ("12.5", ""),
        "处理延迟": ("0.2", ""),
        "待处理": ("3", ""),
        "全链路自检": ("未运行", "/platform/availability/"),
    }
    for _, (value, address) in found.items():
        if address.startswith("/vehicles/"):
            assert f"共 {value} 条" in as_operator.get(address).content.decode()


def test_another_makers_vehicles_count_nowhere(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle, around: Surroundings
) -> None:
    at = now()
    around.put(report(other_vehicle.vin, at, level=3))
    around.sessions = [Session(other_vehicle.vin, at)]
    around.put_events({"event": "refused", "reason": "duplicate", "vin": other_vehicle.vin})
    found = figures(as_operator)
    assert [found[name][0] for name in ("车辆", "在线", "行驶中", "报警中")] == ["1", "0", "0", "0"]
    page = as_operator.get("/monitoring/").content.decode()
    assert other_vehicle.vin not in page
    assert "VIN 重复登入" not in page


def test_open_alarms_are_counted_by_level_and_the_gravest_named_first(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    slight = opened(fleet[1], level=1)
    grave = opened(fleet[0], level=3, rule="cell.spread")
    opened(fleet[0], level=3, rule="soc.jump", state="claimed")
    text = as_operator.get("/monitoring/").content.decode()
    assert text.index(f"/alarms/{grave.pk}/") < text.index(f"/alarms/{slight.pk}/")
    numbers = re.findall(r'alarms/\?level=(\d)">.*?<b>(\d+)</b>', text, re.DOTALL)
    assert numbers == [("4", "0"), ("3", "2"), ("2", "0"), ("1", "1")]


def test_a_level_sent_as_a_code_is_no_alarm(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now(), level=None))
    assert figures(as_operator)["报警中"][0] == "0"


def test_what_the_gateway_refused_is_among_the_problems(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, status: Callable[..., Status]
) -> None:
    around.put_events(
        {"event": "refused", "reason": "unknown_vin", "vin": "WZZTEST0000000003", "peer": "192.0.2.7:4711"},
        {"event": "possible_clone", "vin": vehicle.vin},
        {"event": "possible_clone", "vin": vehicle.vin},
        {"event": "login", "vin": vehicle.vin},
        {"event": "close", "reason": "idle", "vin": vehicle.vin},
        {"event": "close", "reason": "login_deadline", "peer": "192.0.2.8:4711"},
    )  # fmt: skip
    text = as_operator.get("/monitoring/").content.decode()
    assert "VIN 未登记，已拒绝登入" in text
    assert "192.0.2.7" in text
    assert "WZZTEST0000000003" not in text  # the store holds no VIN, and this one is in no books
    assert "疑似克隆" in text
    assert "<b>×2</b>" in text
    assert f'href="/vehicles/{vehicle.vin}/live/"' in text
    assert "连接后未按时登入" in text
    assert "idle" not in text


def test_troubles_of_the_processing_are_told_without_the_store_too(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, status: Callable[..., Status]
) -> None:
    at_ns = int(now().timestamp() * 1e9)
    around.status = status(
        problems=(Problem(at_ns, "poison", "frame of no edition", 3),), lag_s=60.0
    )
    around.is_away = True
    answer = as_operator.get("/monitoring/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "遥测存储暂不可用" in text
    assert "报文无法处理，已隔离" in text
    assert "frame of no edition" in text
    assert "vw-figure-late" in text
    assert figures(as_operator)["充电中"] == ("—", "")


def test_a_processor_that_stopped_is_told(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, status: Callable[..., Status]
) -> None:
    assert figures(as_operator)["处理延迟"][0] == "未运行"
    around.status = status(updated_ns=int((now() - timedelta(seconds=60)).timestamp() * 1e9))
    assert figures(as_operator)["处理延迟"][0] == "未运行"


# ---- the list of vehicles


def rows(client: Client, query: str = "") -> list[str]:
    text = client.get(f"/vehicles/?{query}").content.decode()
    return [part.split("</tr>")[0] for part in text.split("<tr>")[2:]]


def test_the_list_shows_what_each_vehicle_did_last(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    first, second, third, fourth = rows(as_operator)
    assert "vw-dot-online" in first
    assert '<span class="vw-level vw-level-3">3</span>' in first
    assert 'title="绝缘报警"' in first
    assert "55\u2009%" in first
    assert "vw-dot-stale" in second
    assert "vw-dot-offline" in third
    assert "vw-level" not in third
    assert "尚未收到数据" in fourth


def test_the_list_asks_the_store_once_for_all_its_columns(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    around.forget()
    around.asked = 0
    rows(as_operator)
    assert around.asked == 2  # the marks and the states


def test_the_list_stays_without_the_store(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    around.is_away = True
    around.forget()
    found = rows(as_operator)
    assert len(found) == 4
    assert "vw-dot-online" in found[0]
    assert "遥测存储暂不可用" in found[0]


@pytest.mark.parametrize(
    ("query", "places"),
    [("now=online", [0, 1]), ("now=sending", [0, 1]), ("now=charging", [1]), ("now=driving", [0]),
     ("now=alarmed", [0]), ("now=silent", [2]), ("now=", [0, 1, 2, 3]), ("now=online&vin=000002", [1]),
     ("now=nonsense", [0, 1, 2, 3])],
)  # fmt: skip
def test_the_list_is_narrowed_to_what_vehicles_do_now(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings, query: str, places: list[int]
) -> None:
    found = rows(as_operator, query)
    assert [
        place for place, car in enumerate(fleet) if any(car.vin in row for row in found)
    ] == places


def test_the_same_filter_narrows_export_and_api(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    answer = as_operator.get("/vehicles/?now=charging&export=csv")
    export = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert fleet[1].vin in export
    assert fleet[0].vin not in export
    rows_of_api = as_operator.get("/api/vehicles/?now=charging").json()["results"]
    assert [row["vin"] for row in rows_of_api] == [fleet[1].vin]


def test_a_filter_that_only_the_store_can_answer_says_so_when_it_is_away(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    around.is_away = True
    around.forget()
    assert as_operator.get("/vehicles/?now=charging").status_code == 503
    assert as_operator.get("/api/vehicles/?now=charging").status_code == 503
    assert as_operator.get("/vehicles/?now=online").status_code == 200


def test_who_reads_no_telemetry_has_neither_columns_nor_filter(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = fleet[0].maker.people.get().grants - {"telemetry.read"}
    monkeypatch.setattr(Person, "grants", property(lambda self: held))
    text = as_operator.get("/vehicles/?now=charging").content.decode()
    assert "上报等级" not in text
    assert 'name="now"' not in text
    assert "共 4 条" in text
