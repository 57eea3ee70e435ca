"""The explainer says what coded bytes mean, and which of them cannot be used."""

from datetime import UTC, datetime
from typing import Any

import pytest

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.frames.as_json import frame_to_dict
from voltward.frames.editions import COMMAND, INFO_TYPES
from voltward.frames.explain import Explanation, Line, LineKind, Sensitivity, explain
from voltward.frames.explain_text import render
from voltward.frames.frame import decode_frame, encode_frame, realtime
from voltward.frames.grammar import Edition, FaultCodes, Pairs
from voltward.frames.values import Reason

VIN = "LTESTVEH0GB329601"
WHEN = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
TIME = bytes((26, 3, 15, 8, 30, 5))
Y2016, Y2025 = Edition.Y2016, Edition.Y2025
BOTH = pytest.mark.parametrize("edition", list(Edition))


def _lines(unit: bytes, command: int = 0x02, edition: Edition = Y2025) -> list[Line]:
    """The lines of a data unit, without the header, its time and the check byte."""
    told = explain(encode_frame(edition, command, COMMAND, VIN, unit))
    assert told.is_clean
    assert b"".join(line.raw for line in told.lines) == told.data
    return [line for line in told.lines[:-1] if line.start >= 24 and line.raw != TIME]


def _said(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.hex, line.meaning.zh) for line in lines]


def _by_name(told: Explanation) -> dict[str, Line]:
    return {line.name.en: line for line in told.lines}


CONTROLS = {
    1: ("远程升级", "Remote upgrade"),
    2: ("车载终端关机", "Terminal shutdown"),
    3: ("车载终端复位", "Terminal reset"),
    4: ("恢复出厂设置", "Factory defaults"),
    5: ("断开数据通信链路", "Drop the data link"),
    6: ("车载终端报警", "Terminal alarm"),
    7: ("开启抽样监测链路", "Open the sampling link"),
    8: ("8", "8"),
}


@BOTH
@pytest.mark.parametrize(("code", "words"), CONTROLS.items())
def test_a_terminal_control_command_is_named_and_stays_a_number(
    edition: Edition, code: int, words: tuple[str, str]
) -> None:
    (line,) = _lines(TIME + bytes((code,)), 0x82, edition)
    assert (line.value, line.meaning) == (str(code), words)
    data = encode_frame(edition, 0x82, COMMAND, VIN, TIME + bytes((code,)))
    assert frame_to_dict(decode_frame(data))["body"]["command"] == code


@BOTH
def test_the_level_and_text_of_a_terminal_alarm_are_lines_of_their_own(edition: Edition) -> None:
    lines = _lines(TIME + b"\x06\x03stop", 0x82, edition)
    assert [(line.hex, line.name.en, line.meaning.en) for line in lines[1:]] == [
        ("03", "Alarm level", "Level 3, stop at once or call for help"),
        ("73746f70", "Alarm text", "stop"),
    ]
    assert lines[2].sensitivity is Sensitivity.UNKNOWN
    four, code = (_lines(TIME + bytes((6, raw)), 0x82, edition)[1] for raw in (4, 0xFF))
    assert four.reason is (Reason.OUT_OF_RANGE if edition is Y2016 else Reason.PRESENT)
    assert (code.meaning.zh, code.reason) == ("无效", Reason.INVALID)
    assert len(_lines(TIME + b"\x06", 0x82, edition)) == 1


FIXED = b"\0\0\x0a\0\0;;\0;;ABCD;HW1.0;FW2.2;"  # address and port hold the separator's byte
URL = b"ftp://h/f"


@BOTH
@pytest.mark.parametrize(
    "upgrade", [b"cmnet;u;p;" + FIXED + URL + b";\0;", URL + b";cmnet;u;p;" + FIXED + b"\0;"]
)
def test_the_parts_of_an_upgrade_are_named_in_either_order(
    edition: Edition, upgrade: bytes
) -> None:
    lines = _lines(TIME + b"\x01" + upgrade, 0x82, edition)[1:]
    said = {line.name.en: line.meaning.en for line in lines if line.kind is LineKind.FIELD}
    assert said == {
        "Access point name": "cmnet",
        "Dial-up user": "u",
        "Dial-up password": "p",
        "Upgrade server address": "10.0.0.59",
        "Upgrade server port": "59",
        "Terminal maker id": "ABCD",
        "Hardware version": "HW1.0",
        "Firmware version": "FW2.2",
        "Upgrade URL": "ftp://h/f",
        "Time limit for the upgrade connection": "59 min",
    }
    assert [line.hex for line in lines if line.kind is LineKind.MARK] == ["3b"] * 9


def test_the_secrets_of_an_upgrade_are_masked() -> None:
    upgrade = TIME + b"\x01apn9;user9;pass9;" + FIXED + URL + b";\0;"
    told = explain(encode_frame(Y2016, 0x82, COMMAND, VIN, upgrade))
    text = render(told, masked=True)
    for secret in ("apn9", "user9", "pass9", "ftp:", "10.0.0.59"):
        assert secret in render(told)
        assert secret not in text


@pytest.mark.parametrize("parameter", [b"ftp://h/f;cmnet", b"a;b;c;" + FIXED + URL + b";\0", b";"])
def test_an_upgrade_that_fits_no_order_stays_whole(parameter: bytes) -> None:
    _, line = _lines(TIME + b"\x01" + parameter, 0x82, Y2016)
    assert line.raw == parameter
    assert line.sensitivity is Sensitivity.SECRET


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("0100", [("01", "成功"), ("00", "成功")]),
        ("0201", [("02", "失败"), ("01", "芯片已激活")]),
        ("0202", [("02", "失败"), ("02", "VIN重复")]),
        ("0303", [("03", "3（超出范围）"), ("03", "3（超出范围）")]),
    ],
)
def test_an_activation_response_is_told_in_words(unit: str, said: list[tuple[str, str]]) -> None:
    assert _said(_lines(bytes.fromhex(unit), 0x0A)) == said


@BOTH
@pytest.mark.parametrize(("raw", "said"), [(1, "是"), (2, "否"), (3, "3（超出范围）")])
def test_whether_sampling_is_active_is_told_as_yes_or_no(
    edition: Edition, raw: int, said: str
) -> None:
    assert _lines(TIME + bytes((1, 0x10, raw)), 0x81, edition)[-1].meaning.zh == said


def test_the_marker_of_a_signature_says_what_follows() -> None:
    (marker, *_) = _lines(TIME + bytes.fromhex("ff0100000000"))
    assert (marker.hex, marker.meaning) == ("ff", ("签名信息", "Signature"))


MOST = [(Y2016, 252, Reason.PRESENT), (Y2016, 253, Reason.OUT_OF_RANGE), (Y2025, 253, 0)]


@pytest.mark.parametrize(("edition", "count", "reason"), MOST)
def test_a_count_of_fault_codes_is_told_and_held_to_its_edition(
    edition: Edition, count: int, reason: Reason
) -> None:
    alarms = {"name": "alarms", "level": 0, "other_fault_codes": [1] * count}
    told = _by_name(explain(realtime(edition, VIN, 0x02, WHEN, [alarms])))
    line = told["Other fault codes, count"]
    assert line.reason == reason
    assert line.meaning.zh == (f"{count}（超出范围）" if reason else str(count))
    assert told["Motor fault codes, count"].meaning.zh == "0"
    assert explain(realtime(edition, VIN, 0x02, WHEN, [alarms])).is_clean


def test_every_list_with_its_own_count_knows_the_most() -> None:
    found = {
        (int(edition), field.most)
        for edition, types in INFO_TYPES.items()
        for kind in types.values()
        for field in kind.fields
        if isinstance(field, FaultCodes | Pairs)
    }
    assert found == {(2016, 252), (2025, 253)}


LEVELS = {
    (23, 4): ("可充电储能装置热事件报警：4级，热事件", Reason.PRESENT),
    (23, 0xFE): ("可充电储能装置热事件报警：异常", Reason.ABNORMAL),
    (11, 0xFF): ("绝缘电阻失效报警：无效", Reason.INVALID),
    (11, 5): ("绝缘电阻失效报警：5（超出范围）", Reason.OUT_OF_RANGE),
    (31, 1): ("预留位31：1级，不影响行驶", Reason.PRESENT),
    (32, 1): ("位32（超出范围）：1级，不影响行驶", Reason.OUT_OF_RANGE),
    (200, 0xFF): ("位200（超出范围）：无效", Reason.OUT_OF_RANGE),
}


@pytest.mark.parametrize(("pair", "said"), LEVELS.items())
def test_the_level_of_a_flag_is_told_and_judged(
    pair: tuple[int, int], said: tuple[str, Reason]
) -> None:
    alarms = {"name": "alarms", "level": 0, "flag_levels": [list(pair)]}
    data = realtime(Y2025, VIN, 0x02, WHEN, [alarms])
    line = _by_name(explain(data))["Levels of general alarms 1"]
    assert (line.meaning.zh, line.reason) == said
    assert _by_name(explain(data))["Levels of general alarms, count"].meaning.zh == "1"
    assert decode_frame(data).items[0].values["flag_levels"] == [list(pair)]


@pytest.mark.parametrize(("raw", "reason"), [(0xFFFE, Reason.ABNORMAL), (0xFFFF, Reason.INVALID)])
@BOTH
def test_a_total_of_cells_that_is_a_code_is_told_as_one_by_explainer_and_columns(
    edition: Edition, raw: int, reason: Reason
) -> None:
    pack: dict[str, Any] = {"number": 1, "voltage_v": 7.4, "current_a": 0, "cell_count": raw}
    if edition is Y2016:
        pack |= {"first_cell": 1, "cell_voltages_v": [3.7]}
    data = realtime(edition, VIN, 0x02, WHEN, [{"name": "cell_voltages", "packs": [pack]}])
    (line,) = (line for line in explain(data).lines if line.value == str(raw))
    assert line.reason is reason
    assert line.meaning.en == ("Abnormal" if reason is Reason.ABNORMAL else "Invalid")
    columns = decode(FrameBatch.of([data]))
    assert columns.reason("pack_cell_count").tolist() == [reason]
    assert columns["pack_cell_count"].tolist() == [raw]
