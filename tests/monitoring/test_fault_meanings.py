"""What a maker's own fault codes mean, wherever a person meets them: live, on an alarm, byte by byte."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation
from tests.monitoring.alarms import opened
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.monitoring.alarm_words import give_words
from voltward.monitoring.fault_words import RULE, codes_of_finding, codes_text
from voltward.monitoring.models import Alarm, FaultCode
from voltward.monitoring.selectors.fault_codes import fault_meanings, fault_meanings_for
from voltward.monitoring.ui.states import message_of
from voltward.monitoring.ui.streams import meanings_of
from voltward.records.models import Person
from voltward.telemetry.raw import RawFrame

pytestmark = pytest.mark.django_db
LOW, HOT = 0x0001_0004, 0x0000_001F
KNOWN = f"0001{'0004'} SOC 过低（1 级）"
# as a finding carries them: number of the list x 2^32 + code
FINDING = {
    "codes": 4,
    "code_1": (1 << 32) + LOW,
    "code_2": (2 << 32) + HOT,
    "code_3": 0,
    "changed": 0,
}


@pytest.fixture
def dictionary(vehicle: Vehicle, other_vehicle: Vehicle) -> None:
    """The maker's words for one code, and another maker's for the other."""
    FaultCode.objects.create(
        maker=vehicle.maker, kind="storage", code="00010004", text_zh="SOC 过低",
        text_en="SOC too low", level=1,
    )  # fmt: skip
    for kind, code in (("motor", "0000001F"), ("storage", "00010004")):
        FaultCode.objects.create(
            maker=other_vehicle.maker, kind=kind, code=code, text_zh="别家含义", level=3
        )


def coded(vehicle: Vehicle) -> bytes:
    codes = {"storage_fault_codes": [LOW], "motor_fault_codes": [HOT]}
    return report(vehicle.vin, codes=codes)


def live(vehicle: Vehicle) -> str:
    state = selectors.latest_of(vehicle)
    assert state is not None
    return str(message_of(state, meanings_of(vehicle, state))["texts"]["fault_codes"]["value"])


def test_the_live_page_says_what_a_code_means_and_leaves_an_unknown_one_bare(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, dictionary: None
) -> None:
    around.put(coded(vehicle))
    said = f"可充电储能装置 {KNOWN}；驱动电机 0000001F"
    assert live(vehicle) == said
    page = html.unescape(as_operator.get(f"/vehicles/{vehicle.vin}/live/").content.decode())
    assert f">{said}<" in page
    assert "别家含义" not in page


def test_without_codes_the_live_page_says_none_and_without_lists_why(
    vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    assert live(vehicle) == "无"
    state = selectors.latest_of(vehicle)
    assert state is not None
    blank = {
        **state.values,
        **dict.fromkeys(name for name in state.values if "fault_codes" in name),
    }
    away = type(state)(**{**vars(state), "values": blank})
    text = message_of(away, {})["texts"]["fault_codes"]
    assert (text["value"], bool(text["reason"])) == ("—", True)


def test_of_many_codes_the_live_page_shows_the_first_and_counts_the_rest(db: None) -> None:
    codes = [("other", f"{number:08X}") for number in range(11)]
    assert codes_text(codes, {}).endswith("其他 00000007；另 3 个")


def test_a_code_speaks_the_readers_language(vehicle: Vehicle, dictionary: None) -> None:
    codes = [("storage", "00010004")]
    with translation.override("en"):
        assert "SOC too low" in codes_text(codes, fault_meanings(vehicle.maker_id, codes))


def test_an_alarm_of_fault_codes_is_told_by_its_codes(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings, dictionary: None
) -> None:
    alarm = opened(vehicle, rule=RULE, level=1, first=FINDING, worst=FINDING)
    give_words(operator, [alarm])
    assert alarm.spoken.value == f"{KNOWN} 等 4 个"  # type: ignore[attr-defined]
    for path in (f"/alarms/{alarm.pk}/", f"/alarms/{alarm.pk}/preview/"):
        page = html.unescape(as_operator.get(path).content.decode())
        assert f"<li>可充电储能装置 {KNOWN}</li><li>驱动电机 0000001F</li><li>另 2 个</li>" in page
        assert "4294" not in page  # the number that list and code are packed into


def test_codes_of_other_rules_and_damaged_numbers_are_no_codes(
    operator: Person, vehicle: Vehicle
) -> None:
    assert codes_of_finding({"code_1": 9 << 32, "code_2": -1, "codes": 1}) == []
    other: Alarm = opened(vehicle, first={"ohm_per_v": 90.0})
    give_words(operator, [other])
    assert other.spoken.codes == ()  # type: ignore[attr-defined]


def explained(client: Client, frame: bytes) -> str:
    answer = client.post("/explain/", {"hex": frame.hex()})
    return html.unescape(answer.content.decode())


def test_the_explainer_knows_the_codes_of_the_readers_own_vehicles_only(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle, dictionary: None
) -> None:
    own = explained(as_operator, coded(vehicle))
    assert f"{KNOWN}" in own
    assert "别家含义" not in own
    for stranger in (other_vehicle.vin, "LVVDB11B0RE999999"):
        frame = coded(vehicle).replace(vehicle.vin.encode(), stranger.encode())
        page = explained(as_operator, frame)
        assert "SOC 过低" not in page
        assert "别家含义" not in page
        assert "00010004" in page


def test_a_frame_of_the_vehicle_is_explained_with_its_makers_codes(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, dictionary: None
) -> None:
    raw = RawFrame("gateway-0/4096", datetime.now(UTC), coded(vehicle))  # type: ignore[arg-type]
    around.frames.append(raw)
    page = as_operator.get(f"/vehicles/{vehicle.vin}/frames/gateway-0/4096/")
    assert KNOWN in html.unescape(page.content.decode())


def test_who_may_not_read_telemetry_is_told_no_meaning(
    operator: Person, system_admin: Person, dictionary: None
) -> None:
    codes = [("storage", "00010004")]
    assert len(fault_meanings_for(operator, codes)) == 1
    assert fault_meanings_for(system_admin, codes) == {}
