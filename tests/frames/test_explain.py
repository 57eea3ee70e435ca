"""The explainer accounts for every byte, of good and of damaged frames."""

from datetime import UTC, datetime
from typing import Any

import pytest

from voltward.frames.editions import COMMAND, PLAIN
from voltward.frames.explain import Explanation, Line, LineKind, Sensitivity, explain
from voltward.frames.explain_text import MASK, render
from voltward.frames.frame import encode_frame, realtime
from voltward.frames.gbt45688 import extension_type
from voltward.frames.grammar import Edition
from voltward.frames.values import Reason

Vector = dict[str, Any]
VIN = "LTESTVEH0GB329601"
WHEN = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
Y2016, Y2025 = Edition.Y2016, Edition.Y2025


def _covers(explanation: Explanation) -> bool:
    at = 0
    for line in explanation.lines:
        if line.start != at or line.raw != explanation.data[line.start : line.stop]:
            return False
        at = line.stop
    return at == len(explanation.data)


def _line(explanation: Explanation, english: str) -> Line:
    return next(line for line in explanation.lines if line.name.en == english)


def test_every_byte_of_a_vector_is_in_exactly_one_line(frame_vector: Vector) -> None:
    explanation = explain(bytes.fromhex(frame_vector["hex"]))
    assert _covers(explanation)
    assert explanation.is_clean == (frame_vector["kind"] == "valid")
    if frame_vector["kind"] == "invalid":
        assert explanation.problems[0].code == frame_vector["error"]
        assert any(line.problem or line.reason for line in explanation.lines)
    elif explanation.frame is not None and explanation.frame.header.encryption == PLAIN:
        assert not any(line.kind is LineKind.UNREAD for line in explanation.lines)


def test_every_line_of_a_vector_has_both_languages(frame_vector: Vector) -> None:
    for line in explain(bytes.fromhex(frame_vector["hex"])).lines:
        assert line.name.zh
        assert line.name.en
        assert bool(line.meaning.zh) == bool(line.meaning.en)
        assert line.source or line.kind in (LineKind.UNREAD, LineKind.OPAQUE)
        assert "未知" not in line.name.zh or "未知" in line.meaning.zh


def test_every_cut_of_a_frame_is_explained_up_to_the_cut(good_frames: list[bytes]) -> None:
    for data in (data for data in good_frames if 100 < len(data) < 140):
        for length in range(len(data)):
            explanation = explain(data[:length])
            assert _covers(explanation)
            assert explanation.frame is None
            assert explanation.problems[0].code == "truncated"
            assert explanation.lines[-1].problem == explanation.problems[0]


def test_a_number_is_shown_with_its_unit_and_its_table() -> None:
    told = explain(realtime(Y2016, VIN, 0x02, WHEN, [{"name": "engine", "crankshaft_rpm": 900}]))
    speed = _line(told, "Crankshaft speed")
    assert (speed.hex, speed.value) == ("0384", "900")
    assert speed.meaning == ("900 r/min", "900 r/min")
    assert speed.source == "GB/T 32960.3-2016 第7章 发动机数据"
    assert [part.zh for part in speed.part] == ["发动机数据"]
    fuel = _line(told, "Fuel consumption")
    assert fuel.meaning == ("无效", "Invalid")
    assert fuel.reason is Reason.INVALID


def test_elements_of_lists_and_groups_are_numbered() -> None:
    packs = [
        {"number": 1, "voltage_v": 7.4, "current_a": -8.5, "cell_voltages_v": [3.7, 3.699]},
        {"number": 2, "voltage_v": 3.7, "current_a": "abnormal", "cell_voltages_v": [61.0]},
    ]
    told = explain(realtime(Y2025, VIN, 0x02, WHEN, [{"name": "cell_voltages", "packs": packs}]))
    cells = [line for line in told.lines if line.name.en.startswith("Parallel-unit voltage ")]
    assert [line.meaning.zh for line in cells] == ["3.700 V", "3.699 V", "61.000 V（超出范围）"]
    assert [line.part[-1].en for line in cells] == [
        "Battery pack 1",
        "Battery pack 1",
        "Battery pack 2",
    ]
    assert cells[2].reason is Reason.OUT_OF_RANGE


def test_alarms_are_told_by_name() -> None:
    alarms = {
        "name": "alarms",
        "level": 4,
        "flag_bits": [23, 30],
        "other_fault_codes": ["deadbeef"],
        "motor_fault_codes": "invalid",
        "flag_levels": [[23, 4]],
    }
    told = explain(realtime(Y2025, VIN, 0x02, WHEN, [alarms]))
    flags = _line(told, "General alarm flags")
    assert flags.meaning.zh == "可充电储能装置热事件报警，预留位30"
    assert _line(told, "Highest alarm level").meaning.en == "Level 4, thermal event"
    assert _line(told, "Other fault codes 1").meaning.en == "deadbeef"
    assert _line(told, "Motor fault codes, count").reason is Reason.INVALID
    assert _line(told, "Levels of general alarms 1").meaning.zh.startswith("可充电储能装置热事件")


def test_positions_and_identities_are_marked_and_can_be_masked() -> None:
    position = {
        "name": "position",
        "datum": "gcj02",
        "longitude_deg": 116.397,
        "latitude_deg": 39.9,
    }
    told = explain(realtime(Y2025, VIN, 0x02, WHEN, [position]))
    marked = {
        line.name.en: line.sensitivity
        for line in told.lines
        if line.sensitivity is not Sensitivity.NONE
    }
    assert marked == {
        "Unique id": Sensitivity.IDENTITY,
        "Longitude": Sensitivity.POSITION,
        "Latitude": Sensitivity.POSITION,
    }
    text = render(told, masked=True)
    assert text.count(MASK) >= 6
    for secret in (VIN, VIN.encode().hex(), "116.397", "06f01", "39.9"):
        assert secret in render(told) or secret == "06f01"
        assert secret not in text


def test_logins_and_keys_are_marked() -> None:
    login = {"time": WHEN, "sequence": 1, "iccid": "89860012345678901234", "pack_codes": []}
    told = explain(encode_frame(Y2016, 0x01, COMMAND, VIN, login))
    assert _line(told, "ICCID").sensitivity is Sensitivity.IDENTITY
    keys = {"key_type": "sm4", "key_hex": "00" * 16, "valid_from": WHEN, "valid_until": WHEN}
    told = explain(encode_frame(Y2025, 0x0B, COMMAND, VIN, keys))
    assert _line(told, "Key").sensitivity is Sensitivity.SECRET
    told = explain(
        encode_frame(
            Y2016,
            0x05,
            COMMAND,
            VIN,
            {"time": WHEN, "sequence": 1, "password": "p", "encryption": "none"},
        )
    )
    assert _line(told, "Platform password").sensitivity is Sensitivity.SECRET


def test_what_was_not_read_may_be_anything() -> None:
    position = "05" + "00" + "06f01448" + "026113ef"
    unit = bytes.fromhex("1a030f081e05" + "0a" + position)
    told = explain(encode_frame(Y2016, 0x02, COMMAND, VIN, unit))
    assert told.problems[0].code == "unknown_type"
    rest = next(line for line in told.lines if line.kind is LineKind.UNREAD)
    assert rest.sensitivity is Sensitivity.UNKNOWN
    assert "06f01448" not in render(told, masked=True)
    sealed = explain(encode_frame(Y2016, 0x02, COMMAND, VIN, b"x" * 40, encryption=3))
    assert _line(sealed, "Data unit, not read").sensitivity is Sensitivity.UNKNOWN


def test_a_wrong_check_byte_is_shown_beside_the_right_one() -> None:
    data = bytearray(encode_frame(Y2016, 0x07, COMMAND, VIN, {}))
    data[-1] ^= 0x01
    told = explain(bytes(data))
    check = told.lines[-1]
    assert check.problem is not None
    assert check.meaning.en == f"should be {data[-1] ^ 1:02x}"
    assert told.frame is None


def test_a_time_that_does_not_exist_is_marked_where_it_stands() -> None:
    unit = bytes((26, 2, 30, 0, 0, 0, 0, 1))
    told = explain(encode_frame(Y2016, 0x04, COMMAND, VIN, unit))
    time = _line(told, "Logout time")
    assert time.reason is Reason.OUT_OF_RANGE
    assert time.meaning.zh == "2026-02-30T00:00:00+08:00（时间不存在）"
    assert told.lines[-2].name.en == "Sequence number"


def test_an_agreed_extension_is_explained_under_its_own_table() -> None:
    item = {"code": 0x90, "data_hex": "5f03030101410e74ff"}
    told = explain(
        realtime(Y2016, VIN, 0x02, WHEN, [item, {"name": "engine"}]),
        {0x90: extension_type(0x90, Y2016)},
    )
    assert _covers(told)
    assert _line(told, "DC/DC temperature").meaning.en == "55 °C"
    assert _line(told, "Cell voltage").source == "GB/T 45688-2025 表A.7, 表A.8"
    unread = [line for line in told.lines if line.kind is LineKind.UNREAD]
    assert [line.hex for line in unread] == ["ff"]
    assert _line(told, "Engine state").reason is Reason.INVALID


@pytest.mark.parametrize("language", ["zh-hans", "en", "both"])
def test_the_text_has_a_line_for_each_line_and_problem(language: str) -> None:
    told = explain(encode_frame(Y2016, 0x02, COMMAND, VIN, bytes(6) + b"\x0a" + b"z" * 90))
    text = render(told, language).splitlines()
    assert len(text) == 1 + len(told.lines) + len(told.problems)
    assert text[-1] == "! unknown_type: 0xa"
    assert "… (91)" in text[-4]
    assert ("命令标识" in "".join(text)) == (language != "en")
    assert ("Command" in "".join(text)) == (language != "zh-hans")


def test_no_bytes_at_all_are_explained_too() -> None:
    told = explain(b"")
    assert [line.meaning.en for line in told.lines] == ["The frame is cut short: no start"]


def test_text_out_of_a_frame_cannot_steer_the_terminal() -> None:
    login = {"time": WHEN, "sequence": 1, "user": "\x1b[2Jx\n", "encryption": "none"}
    text = render(explain(encode_frame(Y2016, 0x05, COMMAND, "\x1b]0;owned", login)))
    assert "\x1b" not in text
    assert "·[2Jx·" in text
