"""Plain physical values to frames: rounding, codes, words, counts, and clear refusals."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from voltward.frames.as_json import item_to_dict
from voltward.frames.editions import INFO_TYPES
from voltward.frames.frame import EncodeError, decode_frame, realtime
from voltward.frames.grammar import Edition, Group, Number
from voltward.frames.quantities import raw_of
from voltward.frames.values import Reason, Value, value_of

VIN = "LTESTVEH0GB329601"
WHEN = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
Y2016, Y2025 = Edition.Y2016, Edition.Y2025
VEHICLE = {
    "name": "vehicle",
    "state": "started",
    "charging": "not_charging",
    "drive_mode": "electric",
    "speed_kmh": 65.3,
    "odometer_km": 123456.7,
    "total_voltage_v": 375.6,
    "total_current_a": 12.3,
    "soc_pct": 78,
    "dcdc": "on",
    "gear": "D",
    "insulation_kohm": 5000,
}


def field_of(edition: Edition, code: int, name: str) -> Any:
    return next(field for field in INFO_TYPES[edition][code].fields if field.name == name)


def _item(edition: Edition, item: dict[str, Any]) -> dict[str, Any]:
    frame = decode_frame(realtime(edition, VIN, 0x02, WHEN, [item]))
    assert not frame.problems
    return item_to_dict(frame.items[0])


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (0.15, 10_002),
        (0.25, 10_003),
        (-0.15, 9_998),
        (-0.25, 9_997),
        (0.149999, 10_001),
        (12, 10_120),
        (Decimal("12.35"), 10_124),
        (np.float32(12.3), 10_123),
        (np.float64(-1000.0), 0),
        (np.int32(3), 10_030),
    ],
)
def test_numbers_are_rounded_half_away_from_zero_to_the_step(value: object, raw: int) -> None:
    assert raw_of(field_of(Y2016, 1, "total_current_a"), value) == raw


@pytest.mark.parametrize(("edition", "raw"), [(Y2016, 0xFFFF), (Y2025, 0xFFFF)])
def test_none_and_words_are_sent_as_codes(edition: Edition, raw: int) -> None:
    speed = field_of(edition, 1, "speed_kmh")
    assert raw_of(speed, None) == raw_of(speed, "invalid") == raw
    assert raw_of(speed, "abnormal") == raw - 1
    state = field_of(edition, 1, "state")
    assert raw_of(state, None) == 0xFF
    assert raw_of(state, "abnormal") == 0xFE
    assert raw_of(state, 9) == 9


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("speed_kmh", 6553.4, "speed_kmh: 6553.4 would be read as a code, 0..6553.3"),
        ("speed_kmh", -0.1, "speed_kmh: -0.1 does not fit, 0..6553.3"),
        ("total_current_a", -1000.1, "does not fit, -1000..5553.3"),
        ("soc_pct", 254, "would be read as a code"),
        ("soc_pct", float("nan"), "nan is no number"),
        ("soc_pct", "high", "'high' has no code"),
        ("soc_pct", True, "True is no number"),
        ("soc_pct", [1], "is no number"),
        ("insulation_kohm", None, "None has no code"),
        ("brake_pct", 101, 'would be read as "on"'),
        ("state", "flying", "'flying' is none of started, off, other"),
        ("state", 256, "does not fit, 0..255"),
        ("gear", "S", "'S' is no gear position"),
        ("gear", {"position": "P", "valid": False}, "cannot say that the gear is not valid"),
    ],
)
def test_what_a_table_cannot_express_is_refused_with_its_name(
    name: str, value: object, text: str
) -> None:
    with pytest.raises(EncodeError) as refused:
        _item(Y2016, {**VEHICLE, name: value})
    assert text in str(refused.value)
    assert str(refused.value).startswith("vehicle: ")


def test_a_value_out_of_range_that_fits_is_sent_and_told_as_such() -> None:
    assert _item(Y2016, {**VEHICLE, "speed_kmh": 300.0})["speed_kmh"] == 300.0
    speed = field_of(Y2016, 1, "speed_kmh")
    assert value_of(speed, 2201).reason is Reason.OUT_OF_RANGE
    assert value_of(speed, 2201).meaning == 220.1
    assert value_of(speed, 2200).reason is Reason.PRESENT


@pytest.mark.parametrize(
    ("edition", "code", "name", "raw", "reason"),
    [
        (Y2016, 1, "speed_kmh", 0xFFFE, Reason.ABNORMAL),
        (Y2016, 1, "speed_kmh", 0xFFFF, Reason.INVALID),
        (Y2016, 1, "insulation_kohm", 0xFFFF, Reason.OUT_OF_RANGE),
        (Y2025, 1, "insulation_kohm", 0xFFFF, Reason.INVALID),
        (Y2016, 1, "brake_pct", 0x65, Reason.PRESENT),
        (Y2016, 1, "brake_pct", 0x66, Reason.OUT_OF_RANGE),
        (Y2016, 1, "state", 0xFE, Reason.ABNORMAL),
        (Y2016, 1, "state", 4, Reason.OUT_OF_RANGE),
        (Y2025, 1, "gear", 0x8E, Reason.OUT_OF_RANGE),
        (Y2016, 1, "gear", 0x8E, Reason.PRESENT),
        (Y2016, 7, "level", 4, Reason.OUT_OF_RANGE),
        (Y2025, 6, "level", 4, Reason.PRESENT),
        (Y2016, 2, "motor_count", 0xFE, Reason.ABNORMAL),
        (Y2016, 2, "motor_count", 0, Reason.OUT_OF_RANGE),
        (Y2016, 5, "longitude_deg", 180_000_001, Reason.OUT_OF_RANGE),
    ],
)
def test_a_raw_value_knows_why_it_cannot_be_used(
    edition: Edition, code: int, name: str, raw: int, reason: Reason
) -> None:
    assert value_of(field_of(edition, code, name), raw).reason is reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(0xFFFE, Reason.ABNORMAL), (0xFFFF, Reason.INVALID), (0xFFFC, Reason.OUT_OF_RANGE)],
)
@pytest.mark.parametrize("edition", list(Edition))
def test_a_total_of_cells_that_is_a_code_stays_a_number_with_its_reason(
    edition: Edition, raw: int, reason: Reason
) -> None:
    table = INFO_TYPES[edition][8 if edition is Y2016 else 7].fields[1]
    assert isinstance(table, Group)
    total: Any = next(field for field in table.fields if field.name == "cell_count")
    assert value_of(total, raw) == Value(raw, reason, raw)
    assert raw_of(total, raw) == raw


def test_every_number_says_the_same_after_a_trip_through_its_raw_value() -> None:
    for types in INFO_TYPES.values():
        for kind in types.values():
            for field in kind.fields:
                if not isinstance(field, Number):
                    continue
                step = max(1, (field.highest_raw - field.lowest_raw) // 997)
                for raw in range(field.lowest_raw, field.highest_raw + 1, step):
                    assert raw_of(field, value_of(field, raw).meaning) == raw


def test_counts_may_be_left_out_and_missing_fields_are_invalid() -> None:
    told = _item(Y2016, {"name": "motors", "motors": [{"number": 1, "state": "ready"}]})
    assert told["motor_count"] == 1
    assert told["motors"][0]["torque_nm"] == "invalid"
    told = _item(
        Y2016,
        {
            "name": "cell_voltages",
            "packs": [
                {
                    "number": 1,
                    "voltage_v": 7.4,
                    "current_a": None,
                    "cell_count": 2,
                    "first_cell": 1,
                    "cell_voltages_v": np.array([3.7, 3.6951]),
                }
            ],
        },
    )
    assert told["packs"][0]["cells_in_frame"] == 2
    assert told["packs"][0]["cell_voltages_v"] == [3.7, 3.695]


def test_bits_words_and_the_gear_may_be_given_apart() -> None:
    position = {
        "name": "position",
        "latitude_hemisphere": "S",
        "longitude_deg": 70.6,
        "latitude_deg": 33.44,
    }
    assert _item(Y2016, position)["status_raw"] == 2
    assert _item(Y2016, {"name": "alarms", "level": 3, "flag_bits": [0, 23]})["flags"] == 0x800001
    gear = {"position": "3", "braking": True, "driving": False, "valid": False}
    assert _item(Y2025, {**VEHICLE, "gear": gear})["gear"]["raw"] == 0x93
    assert _item(Y2025, {**VEHICLE, "gear": 0x93})["gear"]["braking"] is True


def test_fault_codes_and_pairs_may_be_numbers_text_or_a_code() -> None:
    alarms = {
        "name": "alarms",
        "level": 4,
        "storage_fault_codes": [1, "deadbeef"],
        "motor_fault_codes": "abnormal",
        "flag_levels": [(23, 4)],
    }
    told = _item(Y2025, alarms)
    assert told["storage_fault_codes"] == ["00000001", "deadbeef"]
    assert told["motor_fault_codes"] == "abnormal"
    assert told["flag_levels"] == [[23, 4]]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"name": "extremes", "colour": 1}, "no such field: colour"),
        ({"name": "hovercraft"}, "no information type 'hovercraft'"),
        ({"code": 0x0A}, "no information type 10"),
        ({"code": 1, "name": "motors"}, "type 0x01 is vehicle, not motors"),
        ({"name": "motors", "motor_count": 2, "motors": []}, "motor_count: 2, but motors has 0"),
        ({"name": "motors", "motors": [{"state": "on"}]}, "number: None has no code"),
        ({"name": "alarms", "storage_fault_codes": [0] * 254}, "254 entries, at most 253 fit"),
        ({"name": "alarms", "storage_fault_codes": "many"}, "neither a list nor a code"),
        ({"name": "alarms", "storage_fault_codes": ["xyz"]}, "'xyz' is not hexadecimal"),
        ({"name": "alarms", "flag_bits": [32]}, "there is no bit 32"),
        ({"code": 0x80, "data_hex": "zz"}, "neither bytes nor hexadecimal"),
        ({"name": "position", "fix": "maybe"}, "'maybe' is neither valid nor invalid"),
    ],
)
def test_a_bad_item_is_refused(item: dict[str, Any], text: str) -> None:
    with pytest.raises(EncodeError) as refused:
        _item(Y2016, item)
    assert text in str(refused.value)
