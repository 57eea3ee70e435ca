"""GB/T 45688-2025 in frames: the examples of its fact sheet, and the extension data."""

import pytest

from voltward.frames.as_json import frame_to_dict, item_to_dict
from voltward.frames.editions import COMMAND
from voltward.frames.frame import Frame, decode_frame, encode_frame, realtime, reencode
from voltward.frames.gbt45688 import extension_type
from voltward.frames.grammar import Edition
from voltward.frames.moments import moment_of

VIN = "LTESTVEH0GB329601"
HEAD = "4c5445535456454830474233323936303101"
TIME = "2026-03-15T08:30:05+08:00"
EXTENSION_HEX = "5f03030201410e7402420e6f"


def _frame(hex_text: str) -> Frame:
    data = bytes.fromhex(hex_text)
    frame = decode_frame(data)
    assert not frame.problems
    assert reencode(frame) == data
    return frame


@pytest.mark.parametrize("start", ["2323", "2424"])
def test_a_fault_result_names_its_faults(start: str) -> None:
    frame = _frame(f"{start}10fe{HEAD}00131a030f081e0503010000000000000000000100c1")
    told = frame_to_dict(frame)
    assert told["command_name"] == "fault_result"
    body = told["body"]
    assert body["time"] == TIME
    assert body["fault_level"] == 3
    assert [name for name, word in body.items() if word == "abnormal"] == [
        "fault_battery_temp",
        "fault_insulation",
    ]
    assert len(body) == 14


def test_the_answer_to_a_fault_result_is_its_time() -> None:
    frame = _frame(f"23231001{HEAD}00061a030f081e0528")
    assert frame_to_dict(frame)["body"] == {"time": TIME}


@pytest.mark.parametrize(
    ("hex_text", "name", "said"),
    [
        (
            f"232311fe{HEAD}00121a030f081e0501000000000000ff000000003c",
            "hazard_result",
            {"hazard_t_max_charge": "abnormal", "hazard_dcdc_temp": "invalid"},
        ),
        (
            f"232390fe{HEAD}00121a030f081e0500000000000000000000000142",
            "hazard_feedback",
            {"hazard_mass_parking": "abnormal"},
        ),
        (
            f"232312fe{HEAD}001e1a030f081e0501000000000000000000010001000000000000ff0000000033",
            "handling",
            {
                "fault_battery_temp": "not_handled",
                "fault_insulation": "not_handled",
                "hazard_t_max_charge": "not_handled",
                "hazard_dcdc_temp": "invalid",
            },
        ),
    ],
)
def test_results_and_handling_differ_from_normal_where_the_example_says(
    hex_text: str, name: str, said: dict[str, str]
) -> None:
    told = frame_to_dict(_frame(hex_text))
    assert told["command_name"] == name
    body = told["body"]
    assert {key: word for key, word in body.items() if word != "normal" and key != "time"} == said


def test_an_accident_sample_has_all_its_values() -> None:
    frame = _frame(f"232313fe{HEAD}00161a030f081e050102020102005501f702010201cc7901d1")
    assert frame_to_dict(frame)["body"] == {
        "time": TIME,
        "brake_lamp": "lit",
        "left_turn": "out",
        "right_turn": "out",
        "driver_belt": "used",
        "passenger_belt": "unused",
        "accelerator_pct": 0,
        "brake_pedal": 85,
        "steering_angle_deg": -37,
        "cruise": "inactive",
        "abs": "active",
        "esp": "inactive",
        "aebs": "active",
        "master_cylinder_kpa": 5234.5,
        "energy_recovery": "working",
    }


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("code", [0x80, 0xA5, 0xFE])
def test_extension_data_is_read_under_the_agreed_type_number(edition: Edition, code: int) -> None:
    custom = {code: extension_type(code, edition)}
    when = moment_of(bytes((26, 3, 15, 8, 30, 5)))
    body = {
        "dcdc_temp_c": 55,
        "motor_controller_state": "normal",
        "bms_state": "normal",
        "cell_count": 2,
        "cells": [
            {"number": 1, "temp_c": 25, "voltage_v": 3.7},
            {"number": 2, "temp_c": 26, "voltage_v": 3.695},
        ],
    }
    item = {"code": code, "name": "extension", **body}
    data = encode_frame(edition, 0x02, COMMAND, VIN, {"time": when, "items": [item]}, custom=custom)
    assert data[30:33] == bytes((code, 0, 12))
    assert data[33:45].hex() == EXTENSION_HEX
    frame = decode_frame(data, custom)
    assert item_to_dict(frame.items[0]) == item
    assert reencode(frame) == data
    assert item_to_dict(decode_frame(data).items[0])["data_hex"] == EXTENSION_HEX


@pytest.mark.parametrize(
    ("body", "code"),
    [("5f0303", "body_truncated"), (EXTENSION_HEX + "aabb", "trailing_bytes")],
)
def test_a_bad_extension_keeps_its_bytes_and_the_items_after_it(body: str, code: str) -> None:
    edition = Edition.Y2016
    custom = {0x90: extension_type(0x90, edition)}
    when = moment_of(bytes((26, 3, 15, 8, 30, 5)))
    assert when is not None
    data = realtime(
        edition,
        VIN,
        0x02,
        when,
        [
            {"code": 0x90, "data_hex": body},
            {"name": "engine", "state": "on", "crankshaft_rpm": 900, "fuel_l_per_100km": 5.0},
        ],
    )
    frame = decode_frame(data, custom)
    assert [item.name for item in frame.items] == ["extension", "engine"]
    assert [problem.code for problem in frame.problems] == [code]
    assert reencode(frame) == data


def test_an_extension_without_a_cell_count_has_no_list() -> None:
    edition = Edition.Y2025
    custom = {0x81: extension_type(0x81, edition)}
    when = moment_of(bytes((26, 3, 15, 8, 30, 5)))
    data = encode_frame(
        edition,
        0x02,
        COMMAND,
        VIN,
        {"time": when, "items": [{"name": "extension", "cell_count": 0xFF}]},
        custom=custom,
    )
    assert data[30:37].hex() == "810004ffffffff"
    told = item_to_dict(decode_frame(data, custom).items[0])
    assert told["cells"] == []
    assert told["dcdc_temp_c"] == "invalid"
