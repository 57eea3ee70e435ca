"""Telemetry files as rows: the quirks of real cars, bad rows by line, both forms alike."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulator.excerpts import CARS, SMALL_HEADER, SMALL_ROWS, csv_file, excerpt, lines_of

from voltward.base.errors import BadInput
from voltward.base.units import BEIJING
from voltward.simulator.recording import Rows, open_recording
from voltward.simulator.recording import csv_file as csv_module
from voltward.simulator.recording.parquet_file import write_parquet


def assert_same(one: Rows, other: Rows) -> None:
    assert np.array_equal(one.collected_at, other.collected_at)
    assert one.scalars.keys() == other.scalars.keys()
    for name, values in one.scalars.items():
        assert np.array_equal(values, other.scalars[name], equal_nan=True), name
    assert np.array_equal(one.cells_v, other.cells_v, equal_nan=True)
    assert np.array_equal(one.probes, other.probes, equal_nan=True)


@pytest.mark.parametrize("car", CARS)
def test_every_number_of_the_file_is_in_the_rows_as_written(car: str) -> None:
    lines = lines_of(car)
    names = lines[0].split(",")
    rows = excerpt(car).rows()
    assert len(rows) == len(lines) - 1
    for row, line in enumerate(lines[1:]):
        values = dict(zip(names, line.split(","), strict=True))
        at = datetime.strptime(values["tboxTime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        assert rows.collected_at[row] == at.timestamp()
        for number in range(rows.cells_v.shape[1]):
            text = values[f"V_{number + 1}"]
            found = rows.cells_v[row, number]
            assert np.isnan(found) if text == "" else found == float(text)
        for number in range(rows.probes.shape[1]):
            assert rows.probes[row, number] == float(values[f"T_{number + 1}"])


@pytest.mark.parametrize(
    ("car", "cells", "probes", "offset"),
    [("car1", 96, 24, 0), ("car3", 87, 23, 40), ("car4", 87, 45, 40)],
)
def test_shape_and_probe_offset_of_the_real_cars_are_found(
    car: str, cells: int, probes: int, offset: int
) -> None:
    recording = excerpt(car)
    assert (recording.cells, recording.probes, recording.probe_offset) == (cells, probes, offset)
    assert recording.unused == ("BMSCellVoltageM", "BMSProbeTempM")


def test_quirks_of_the_real_cars_are_still_in_the_excerpts() -> None:
    car1, car3, car4 = (excerpt(car).rows() for car in CARS)
    assert len(car1) - len(np.unique(car1.collected_at)) == 6
    assert (car1.cells_v == 66.535).sum() >= 8
    assert "charging" not in car1.scalars
    assert len(car3) - len(np.unique(car3.collected_at)) >= 6
    assert np.isnan(car3.scalars["charging"]).sum() >= 12
    assert (car3.scalars["odometer_km"] == 0).sum() >= 6
    assert set(car3.scalars["alarm_level"]) == {0, 1, 2, 3}
    assert (car3.probes == 255).any()
    assert np.isnan(car4.cells_v).any()
    assert (car4.cells_v == 5.0).any()
    assert np.isnan(car4.scalars["lowest_temp_c"]).any()
    assert (car4.scalars["lowest_temp_c"] < 0).any()
    assert (car4.probes == 511).any()


@pytest.mark.parametrize("car", CARS)
def test_parquet_form_keeps_every_value(car: str, tmp_path: Path) -> None:
    recording = excerpt(car)
    write_parquet(recording, tmp_path / "car.parquet", {"licence": "MIT"})
    again = open_recording(tmp_path / "car.parquet")
    assert (again.cells, again.probes, again.fields) == (
        recording.cells,
        recording.probes,
        recording.fields,
    )
    assert again.probe_offset == recording.probe_offset
    assert_same(again.rows(), recording.rows())


def test_block_borders_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = excerpt("car3").rows()
    path = csv_file(tmp_path, *lines_of("car3"))
    for size in (1, 997, 4096):
        monkeypatch.setattr(csv_module, "BLOCK_BYTES", size)
        again = open_recording(path, probe_offset=40).rows()
        assert_same(again, whole)
        assert np.array_equal(again.line, whole.line)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "2021-05-05 09:10:03,abc,1.0,29,3.6,3.6,29,28",
            "line 5, vehSpeed: found 'abc', expected a number",
        ),
        (
            "2021-05-05 09:10:03,1.0,1.0,29,3.6,3.6,29",
            "line 5, the line: found '7 values', expected 8",
        ),
        ("2021-02-30 09:10:03,1.0,1.0,29,3.6,3.6,29,28", "line 5, tboxTime: found '2021-02-30"),
        (",1.0,1.0,29,3.6,3.6,29,28", "line 5, tboxTime: found '', expected a time"),
        ("1999-12-31 23:59:59,1.0,1.0,29,3.6,3.6,29,28", "line 5, tboxTime: found '1999"),
        ("2100-01-01 00:00:00,1.0,1.0,29,3.6,3.6,29,28", "line 5, tboxTime: found '2100"),
        ('2021-05-05 09:10:03,"1",1.0,29,3.6,3.6,29,28', "line 5, vehSpeed: found '\"1\"'"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: str, said: str) -> None:
    path = csv_file(tmp_path, SMALL_HEADER, *SMALL_ROWS, row, SMALL_ROWS[0])
    with pytest.raises(BadInput) as error:
        open_recording(path).rows()
    assert said in str(error.value)


def test_skipped_bad_rows_are_listed_and_all_others_kept(tmp_path: Path) -> None:
    bad = ("x" + SMALL_ROWS[0], SMALL_ROWS[1] + ",9")
    path = csv_file(tmp_path, SMALL_HEADER, bad[0], *SMALL_ROWS, bad[1], SMALL_ROWS[2])
    recording = open_recording(path, skip_bad_rows=True)
    rows = recording.rows()
    assert rows.line.tolist() == [3, 4, 5, 7]
    assert [one.line for one in recording.bad_rows] == [2, 6]
    assert rows.scalars["total_current_a"].tolist() == [0.75, -58.7, 1.0, 1.0]


def test_empty_lines_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(
        b"\xef\xbb\xbf" + "\r\n".join([SMALL_HEADER, SMALL_ROWS[0], "", SMALL_ROWS[1]]).encode()
    )
    rows = open_recording(path).rows()
    assert rows.line.tolist() == [2, 4]
    assert rows.scalars["speed_kmh"].tolist() == [0.0, 12.3]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("time,V_1,T_1", "found no column 'tboxTime'"),
        ("tboxTime,T_1", "found no cell voltages"),
        ("tboxTime,V_1,V_3,T_1", "found V_3, expected V_2 before it"),
        ("tboxTime,V_1,V_1", "found column 'V_1' twice"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        open_recording(csv_file(tmp_path, header))


def test_a_column_nobody_knows_is_named_not_dropped_in_silence(tmp_path: Path) -> None:
    path = csv_file(tmp_path, SMALL_HEADER + ",coolant", SMALL_ROWS[0] + ",17")
    assert open_recording(path).unused == ("coolant",)


def test_probe_offset_that_data_cannot_decide_is_asked_for(tmp_path: Path) -> None:
    path = csv_file(tmp_path, SMALL_HEADER, "2021-05-05 09:10:00,0,0,29,3.6,3.6,49,48")
    with pytest.raises(BadInput, match="--probe-offset"):
        open_recording(path)
    assert open_recording(path, probe_offset=40).probe_offset == 40


def test_files_that_are_no_recordings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"nothing")
    for name, said in (("a.parquet", "Parquet"), ("b.csv", "no file"), ("c.txt", "no file")):
        with pytest.raises(BadInput, match=said):
            open_recording(tmp_path / name)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=6)), max_size=6),
    skip=st.booleans(),
)
def test_any_bytes_give_rows_or_named_bad_rows_and_lose_no_line(
    tmp_path: Path, cuts: list[tuple[int, bytes]], skip: bool
) -> None:
    data = "\n".join([SMALL_HEADER, *SMALL_ROWS * 3]).encode() + b"\n"
    for at, piece in cuts:
        data = data[:at] + piece + data[at + len(piece) :]
    (tmp_path / "any.csv").write_bytes(data)
    try:
        recording = open_recording(tmp_path / "any.csv", probe_offset=0, skip_bad_rows=skip)
        rows = recording.rows()
    except BadInput:
        return
    lines = data[data.index(b"\n") + 1 :].split(b"\n")
    filled = {number for number, line in enumerate(lines, start=2) if line.strip()}
    bad = {one.line for one in recording.bad_rows}
    assert set(rows.line.tolist()) | bad == filled
    assert not set(rows.line.tolist()) & bad
    assert skip or not bad
