"""The live page: values, reasons, levels, cells that stand out, the exact position."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.frames.grammar import Edition
from voltward.monitoring import selectors
from voltward.monitoring.ui.states import groups_of, message_of, tables_of
from voltward.records.models import AuditRow

pytestmark = pytest.mark.django_db


def page(client: Client, vehicle: Vehicle) -> str:
    return client.get(f"/vehicles/{vehicle.vin}/live/").content.decode()


def texts(vehicle: Vehicle) -> dict[str, Any]:
    state = selectors.latest_of(vehicle)
    assert state is not None
    return message_of(state, {})["texts"]  # type: ignore[no-any-return]


def test_values_stand_with_their_decimals_and_words(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    text = page(as_operator, vehicle)
    for value in ("350.1", "56.2", "12345.6", "启动", "未充电", "自动D挡", "116.40", "39.92"):
        assert f">{value}<" in text
    assert "116.397" not in text  # the exact place is behind a button that leaves an audit row


def test_a_code_is_a_dash_with_its_reason(vehicle: Vehicle, around: Surroundings) -> None:
    around.put(report(vehicle.vin, dcdc=None, soc_pct="abnormal", level=None))
    found = texts(vehicle)
    assert found["dcdc"] == {"value": "—", "reason": "无效", "level": ""}
    assert found["soc_pct"] == {"value": "—", "reason": "异常", "level": ""}
    assert found["alarm_level"] == {"value": "—", "reason": "无效", "level": ""}
    assert found["datum"]["reason"] == "未上报"  # the 2016 edition knows none


@pytest.mark.parametrize(
    ("level", "style"), [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "thermal")]
)
def test_an_alarm_level_has_its_colour_and_its_meaning(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, level: int, style: str
) -> None:
    edition = Edition.Y2025 if level == 4 else Edition.Y2016
    around.put(report(vehicle.vin, edition=edition, level=level))
    assert f'class="vw-level vw-level-{style}"' in page(as_operator, vehicle)
    assert texts(vehicle)["alarm_level"]["level"] == style


def test_flags_are_named_by_the_edition_that_sent_them(
    vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, flags=1 << 6 | 1 << 11, level=2))
    assert texts(vehicle)["alarm_flags"]["value"] == "单体电池欠压报警、绝缘报警"
    later = NOON + timedelta(seconds=10)
    around.put(report(vehicle.vin, later, edition=Edition.Y2025, flags=1 << 6, level=2))
    assert texts(vehicle)["alarm_flags"]["value"] == "最小并联单元欠压报警"


def test_a_2025_car_shows_extremes_found_in_its_lists(
    vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(
        report(vehicle.vin, edition=Edition.Y2025, cells=(3.701, None, 3.65), probes=(25, 31, None))
    )
    found = {name: text["value"] for name, text in texts(vehicle).items()}
    assert (found["highest_voltage_v"], found["lowest_voltage_v"]) == ("3.701", "3.650")
    assert (found["highest_temp_c"], found["lowest_temp_c"]) == ("31", "25")


def test_cells_that_stand_out_are_marked_and_named_in_words(
    vehicle: Vehicle, around: Surroundings
) -> None:
    cells = [3.9] * 40 + [3.133] + [3.9] * 5 + [4.2, None]
    around.put(report(vehicle.vin, cells=cells, probes=(25, 26, 60)))
    cell_table, probe_table = tables_of(selectors.latest_of(vehicle))
    assert cell_table.summary == "48 个 · 中位数 3900 mV · 极差 1067 mV · 1 个无效"
    assert cell_table.farthest == "41 号 −767 mV；47 号 +300 mV"
    sides = {entry.label: entry.side for entry in cell_table.entries if entry.side}
    assert sides == {"41": "low", "47": "high"}
    assert cell_table.entries[47].text == "—"
    assert probe_table.farthest == "3 号 +34 ℃"


def test_before_the_first_frame_the_page_says_what_will_fill_it(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    text = page(as_operator, vehicle)
    assert "还没有收到这辆车的数据" in text
    assert all(row.text.value == "—" for group in groups_of(None, {}) for row in group.rows)


def test_without_the_store_the_page_says_so_and_stays(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.is_away = True
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/live/")
    assert answer.status_code == 200
    assert "遥测存储暂不可用" in answer.content.decode()
    assert "还没有收到这辆车的数据" not in answer.content.decode()


def test_the_page_speaks_english(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, level=3, dcdc=None))
    as_operator.cookies["voltward_language"] = "en"
    text = page(as_operator, vehicle)
    assert "Level 3, stop at once or call for help" in text
    assert 'title="Invalid"' in text
    assert not [line for line in text.splitlines() if _is_chinese(line) and "中文" not in line
                and vehicle.model_name not in line and "display" not in line
                and "vw-drop-who" not in line and "示例" not in line]  # fmt: skip


def _is_chinese(line: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in line)


def test_looking_at_the_exact_position_is_in_the_audit_trail(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    assert not AuditRow.objects.filter(action="position.read").exists()
    text = as_operator.get(f"/vehicles/{vehicle.vin}/position/").content.decode()
    assert "116.397128" in text
    assert "39.916527" in text
    row = AuditRow.objects.get(action="position.read")
    assert (row.subject, row.result) == (f"Vehicle:{vehicle.pk}", "read")


def test_words_of_values_follow_the_language(vehicle: Vehicle, around: Surroundings) -> None:
    around.put(report(vehicle.vin))
    with translation.override("en"):
        assert texts(vehicle)["gear"]["value"] == "Drive"
    assert texts(vehicle)["gear"]["value"] == "自动D挡"
