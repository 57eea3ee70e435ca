"""Whatever a vehicle sends: what a platform reads is what was sent, or is named as lost."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.frames.test_round_trips import items_of
from tests.uplink.frames_of_tests import OTHER, VIN, report, said, vectors

from voltward.frames.as_json import item_to_dict
from voltward.frames.editions import COMMAND, COMMANDS, INFO_TYPES
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition, InfoType
from voltward.frames.header import HEADER, bcc
from voltward.frames.raws import Body
from voltward.uplink.reencode import Unreadable, reencoded

PROFILE = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CODES = ("abnormal", "invalid")
PLAIN_TYPES = [
    kind
    for types in INFO_TYPES.values()
    for code, kind in types.items()
    if code < 0x80 and kind.name != "cell_voltages"
]
Json = dict[str, Any]


def differences(name: str, source: Json, found: Json) -> set[str]:
    """Fields that do not say the same in both, by the name that a loss must have."""
    wrong: set[str] = set()
    for key, value in source.items():
        other = found.get(key)
        if key in ("code", "name") or key.endswith("_count"):
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            if len(value) != len(other or ()):
                wrong.add(f"{name}.{key}")
            for row, row_found in zip(value, other or (), strict=False):
                wrong |= differences(name, row, row_found)
        elif key == "gear":
            is_same = other is not None and value["raw"] & 0x7F == other["raw"] & 0x7F
            if not is_same or value["raw"] != other["raw"]:
                wrong.add(f"{name}.gear")
        elif key in ("flags", "flag_bits"):
            wrong |= {
                f"{name}.flags" for bit in source["flag_bits"] if bit not in found["flag_bits"]
            }
        elif value != other and not _nothing(value, other):
            wrong.add(f"{name}.{key}")
    return wrong


def _nothing(value: object, found: object) -> bool:
    """Nothing was said, and nothing is."""
    is_empty = value in CODES or value == [] or _only_codes(value)
    return is_empty and (found is None or found == value)


def _only_codes(value: object) -> bool:
    return isinstance(value, list) and all(each in CODES for each in value)


def is_named(wrong: str, lost: tuple[str, ...]) -> bool:
    return any(name == wrong or name.startswith(f"{wrong}.") for name in lost)


def invented(source: Json, found: Json) -> list[str]:
    """Fields that only the other edition has, and that say something all the same."""
    wrong = []
    for key, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for row, row_found in zip(source[key], value, strict=False):
                wrong += invented(row, row_found)
        elif key not in source and value not in (*CODES, [], 0xFF, 0xFFFF):
            wrong.append(key)
    return wrong


@pytest.mark.parametrize("kind", PLAIN_TYPES, ids=lambda kind: f"{int(kind.edition)} {kind.name}")
@PROFILE
@given(data=st.data())
def test_every_field_is_read_as_it_was_sent_or_named_as_lost(
    kind: InfoType, data: st.DataObject
) -> None:
    item = data.draw(items_of(kind, kind.code))
    sent = _frame(kind.edition, item)
    result = reencoded(sent, edition=OTHER[kind.edition], left_out=(), command=3)
    source = item_to_dict(item)
    if result.frame is None:
        assert result.lost == (kind.name,)
        return
    found = said(result.frame).get(kind.name)
    if found is None:
        assert kind.name in result.lost
        return
    if result.thermal_as_3:
        assert found["level"] == 3
        source["level"] = 3
    unsaid = {
        one for one in differences(kind.name, source, found) if not is_named(one, result.lost)
    }
    assert unsaid == set()
    assert invented(source, found) == []


def _frame(edition: Edition, item: Any) -> bytes:
    values: dict[str, Any] = {"time": bytes((26, 3, 15, 8, 30, 5)), "items": [item]}
    if edition is Edition.Y2025:
        values["signature"] = None
    body = Body(COMMANDS[edition][2].fields, values)
    return encode_frame(edition, 2, COMMAND, VIN, body)


def test_forgetting_an_offset_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: currents with the 2016 offset in a 2025 frame."""
    vehicle = {"name": "vehicle", "total_current_a": -50.5, "gear": "D", "insulation_kohm": 5000}
    frame = report(Edition.Y2016, vehicle)
    source = said(frame)["vehicle"]
    right = reencoded(frame, edition=2025, left_out=(), command=2)
    assert "vehicle.total_current_a" not in differences(
        "vehicle", source, said(right.frame)["vehicle"]
    )
    from voltward.uplink.editions import items

    kind, plan = items._PLANS[Edition.Y2025][1]
    careless = replace(
        plan,
        same=(*plan.same, ("total_current_a", "total_current_a")),
        changes=tuple(change for change in plan.changes if change[0] != "total_current_a"),
    )
    monkeypatch.setitem(items._PLANS[Edition.Y2025], 1, (kind, careless))
    wrong = reencoded(frame, edition=2025, left_out=(), command=2)
    assert "vehicle.total_current_a" in differences("vehicle", source, said(wrong.frame)["vehicle"])
    assert "vehicle.total_current_a" not in wrong.lost


# cells

VOLTAGE = st.integers(0, 60_000).map(lambda raw: raw / 1000) | st.sampled_from(CODES)
PACK = st.fixed_dictionaries(
    {
        "voltage_v": st.integers(0, 10_000).map(lambda raw: raw / 10),
        "current_a": st.integers(-10_000, 10_000).map(lambda raw: raw / 10),
        "cell_voltages_v": st.lists(VOLTAGE, max_size=450),
    }
)


def cells_of(frame: bytes | None) -> dict[tuple[int, int], object]:
    """The voltage of each cell that a frame of either edition speaks of, by pack and number."""
    found: dict[tuple[int, int], object] = {}
    for pack in said(frame)["cell_voltages"]["packs"]:
        for place, voltage in enumerate(pack["cell_voltages_v"], pack.get("first_cell", 1)):
            assert (pack["number"], place) not in found
            found[pack["number"], place] = voltage
    return found


@PROFILE
@given(packs=st.lists(PACK, max_size=5))
def test_every_cell_keeps_its_number_and_voltage_on_the_way_to_2016(packs: list[Json]) -> None:
    numbered = [{"number": at, **pack} for at, pack in enumerate(packs, 1)]
    frame = report(Edition.Y2025, {"name": "cell_voltages", "packs": numbered})
    result = reencoded(frame, edition=2016, left_out=(), command=2)
    assert cells_of(result.frame) == cells_of(frame)
    entries = said(result.frame)["cell_voltages"]["packs"]
    assert all(entry["cells_in_frame"] <= 200 for entry in entries)
    for entry in entries:
        pack = packs[entry["number"] - 1]
        assert (entry["voltage_v"], entry["current_a"]) == (pack["voltage_v"], pack["current_a"])
        assert entry["cell_count"] == len(pack["cell_voltages_v"])
    back = reencoded(result.frame or b"", edition=2025, left_out=(), command=2)
    assert cells_of(back.frame) == cells_of(frame)


@st.composite
def parts(draw: st.DrawFn) -> Json:
    """An entry of a 2016 body: any part of a pack's cells."""
    first = draw(st.sampled_from([1, 101, 201, 401]) | st.integers(1, 300))
    cells = draw(st.lists(VOLTAGE, min_size=1, max_size=100))
    return {
        "number": draw(st.integers(1, 3)),
        "voltage_v": 350.0,
        "current_a": -1.5,
        "cell_count": draw(st.just(500) | st.sampled_from([0, 65_534, 65_535])),
        "first_cell": first,
        "cells_in_frame": len(cells),
        "cell_voltages_v": cells,
    }


@PROFILE
@given(entries=st.lists(parts(), max_size=5))
def test_every_cell_keeps_its_number_and_voltage_on_the_way_to_2025(entries: list[Json]) -> None:
    frame = report(Edition.Y2016, {"name": "cell_voltages", "packs": entries})
    result = reencoded(frame, edition=2025, left_out=(), command=2)
    found = said(result.frame)["cell_voltages"]["packs"]
    for entry in entries:
        first, cells = entry["first_cell"], entry["cell_voltages_v"]
        assert any(
            pack["number"] == entry["number"]
            and pack["cell_voltages_v"][first - 1 : first - 1 + len(cells)] == cells
            for pack in found
        )
    known = sum(each not in CODES for entry in entries for each in entry["cell_voltages_v"])
    assert sum(each not in CODES for pack in found for each in pack["cell_voltages_v"]) == known


def test_a_lying_number_of_cells_costs_an_item_and_no_memory() -> None:
    entry = {"number": 1, "cell_count": 65_531, "first_cell": 65_531, "cell_voltages_v": [3.5]}
    packs = [{**entry, "cells_in_frame": 1} for _ in range(200)]
    result = reencoded(
        report(Edition.Y2016, {"name": "cell_voltages", "packs": packs}),
        edition=2025,
        left_out=(),
        command=2,
    )
    assert result.frame is None
    assert result.lost == ("cell_voltages",)


# extremes


@PROFILE
@given(
    cells=st.lists(st.lists(VOLTAGE, min_size=1, max_size=300), min_size=1, max_size=3),
    probes=st.lists(
        st.lists(st.integers(-40, 210) | st.sampled_from(CODES), min_size=1), min_size=1, max_size=3
    ),
)
def test_extremes_are_those_of_the_lists(cells: list[list[Any]], probes: list[list[Any]]) -> None:
    frame = report(
        Edition.Y2025,
        {
            "name": "cell_voltages",
            "packs": [{"number": at, "cell_voltages_v": row} for at, row in enumerate(cells, 1)],
        },
        {
            "name": "probe_temps",
            "packs": [{"number": at, "probe_temps_c": row} for at, row in enumerate(probes, 1)],
        },
    )
    result = reencoded(frame, edition=2016, left_out=(), command=2)
    voltages = [v for row in cells for v in row if v not in CODES]
    temps = [t for row in probes for t in row if t not in CODES]
    found = said(result.frame).get("extremes")
    if found is None:
        assert voltages == temps == []
        return
    for end, of in (("highest", max), ("lowest", min)):
        right = of(voltages, default=None)
        is_sayable = right is not None and right <= 15
        assert found[f"{end}_voltage_v"] == (right if is_sayable else "invalid")
        assert (f"extremes.{end}_voltage_v" in result.lost) == (
            right is not None and not is_sayable
        )
        assert found[f"{end}_temp_c"] == of(temps, default="invalid")
        place = found[f"{end}_voltage_cell"]
        if place != "invalid":
            assert cells[found[f"{end}_voltage_pack"] - 1][place - 1] == right
        elif voltages:
            assert f"extremes.{end}_voltage_cell" in result.lost


def test_a_cell_beyond_number_250_is_an_extreme_without_its_number() -> None:
    pack = {"number": 1, "cell_voltages_v": [3.3] * 260 + [3.9]}
    result = reencoded(
        report(Edition.Y2025, {"name": "cell_voltages", "packs": [pack]}),
        edition=2016,
        left_out=(),
        command=2,
    )
    extremes = said(result.frame)["extremes"]
    assert (extremes["highest_voltage_v"], extremes["highest_voltage_cell"]) == (3.9, "invalid")
    assert (extremes["lowest_voltage_v"], extremes["lowest_voltage_cell"]) == (3.3, 1)
    assert extremes["highest_temp_c"] == "invalid"
    assert result.lost == ("extremes.highest_voltage_cell",)


# any bytes


def test_garbage_is_refused_or_becomes_a_whole_frame() -> None:
    seed = 20_260_315
    rng = random.Random(seed)
    frames = [frame for frame in vectors().values() if len(frame) < 700]
    for number in range(20_000):
        data = bytearray(rng.choice(frames))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            data[at] = rng.choice((0x00, 0x01, 0x7F, 0xFE, 0xFF, rng.randrange(256)))
        if rng.random() < 0.5:
            del data[rng.randrange(len(data)) :]
        if len(data) > HEADER and rng.random() < 0.9:
            data[22:24] = (len(data) - HEADER - 1).to_bytes(2, "big")
            data[-1] = bcc(bytes(data[2:-1]))
        left_out = rng.choice(((), (5,), (1, 7, 8)))
        edition, command = rng.choice((2016, 2025)), rng.randint(1, 4)
        try:
            result = reencoded(bytes(data), edition=edition, left_out=left_out, command=command)
            if result.frame is not None and bcc(bytes(data[2:-1])) == data[-1]:
                decode_frame(result.frame)
        except Unreadable:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}, frame {number}: {data.hex()}") from error


def test_the_time_of_a_report_is_never_touched() -> None:
    for year in (b"\0\0\0\0\0\0", b"\xff" * 6):
        frame = report(Edition.Y2016, {"name": "engine"})
        frame = frame[:24] + year + frame[30:-1]
        frame += bytes((bcc(frame[2:]),))
        result = reencoded(frame, edition=2025, left_out=(), command=3)
        assert result.frame is not None
        assert result.frame[24:30] == year
