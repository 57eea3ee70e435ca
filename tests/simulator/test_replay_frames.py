"""What a replayed file leaves behind equals the file, value by value; wrong builds are caught."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.simulator.excerpts import CARS, VIN, excerpt

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.frames.grammar import Choice, Edition, Number
from voltward.simulator import encoder
from voltward.simulator.encoder import REISSUE, frame_matrix, frames_of
from voltward.simulator.quantising import Tally, raw_values
from voltward.simulator.recording import Recording
from voltward.simulator.replay import Inventions
from voltward.simulator.replay.comparing import Comparison, Found, compare, found_in_columns
from voltward.simulator.replay.content import Content
from voltward.simulator.replay.expected import expected_rows


def found_of(recording: Recording, edition: Edition, inventions: Inventions) -> Found:
    rows = recording.rows()
    (bodies,) = Content(recording, edition, inventions).frames(rows)
    matrix = frame_matrix(edition, REISSUE, VIN, rows.collected_at, bodies)
    columns = decode(FrameBatch.of(list(frames_of(matrix))))
    return found_in_columns(columns, tuple(expected_rows(recording, edition).scalars))


def without_repeats(found: Found) -> Found:
    """As a store does: the same time with the same content is one row."""
    seen: dict[tuple[object, ...], int] = {}
    for row, time_s in enumerate(found.collected_at.tolist()):
        scalars = tuple(str(values[row]) for values, _ in found.scalars.values())
        cells = found.cell_voltages_mv[row].tobytes() + found.probe_temps_c[row].tobytes()
        seen.setdefault((time_s, scalars, cells), row)
    kept = list(seen.values())
    return Found(
        found.collected_at[kept],
        {name: (values[kept], codes[kept]) for name, (values, codes) in found.scalars.items()},
        [found.cell_voltages_mv[row] for row in kept],
        [found.probe_temps_c[row] for row in kept],
    )


def compared(car: str, edition: Edition, inventions: Inventions | None = None) -> Comparison:
    recording = excerpt(car)
    found = found_of(recording, edition, inventions or Inventions())
    return compare(expected_rows(recording, edition), without_repeats(found))


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("car", CARS)
def test_decoded_frames_equal_the_file_value_by_value(car: str, edition: Edition) -> None:
    result = compared(car, edition)
    assert result.differences == []
    assert result.is_equal
    assert result.rows + result.repeated_rows == len(excerpt(car).rows())
    assert result.values > 10_000


def test_inventions_change_none_of_the_files_values() -> None:
    everything = Inventions((104.06, 30.66), vehicle_state=True, alarm_flags=True)
    for edition in Edition:
        assert compared("car4", edition, everything).is_equal


def test_rows_that_come_twice_in_the_file_are_expected_once() -> None:
    assert compared("car3", Edition.Y2016).repeated_rows >= 6


def test_reasons_of_missing_values_are_those_of_the_file() -> None:
    car1 = expected_rows(excerpt("car1"), Edition.Y2016).scalars
    assert set(car1["charging"].reasons) == {2}
    assert set(car1["insulation_kohm"].reasons) == {3}  # 2016 has no code for it
    assert set(car1["alarm_level"].reasons) == {4}
    newer = expected_rows(excerpt("car1"), Edition.Y2025).scalars
    assert set(newer["insulation_kohm"].reasons) == {2}
    assert set(newer["highest_voltage_v"].reasons) == {4}
    car3 = expected_rows(excerpt("car3"), Edition.Y2016)
    assert set(car3.scalars["charging"].reasons) == {0, 2}
    assert set(car3.scalars["insulation_kohm"].counts) == {11520}
    car4 = expected_rows(excerpt("car4"), Edition.Y2016)
    assert set(car4.scalars["lowest_temp_c"].reasons) == {0, 2}
    assert (car4.probe_temps_c == 32767).any()
    assert (car4.cell_voltages_mv == 65535).any()


def _cut_down(
    field: Number | Choice, values: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], Tally]:
    """Broken build: fractions are cut off instead of rounded."""
    per_unit = getattr(field, "per_unit", 1)
    return raw_values(field, np.trunc(values * per_unit + 1e-9) / per_unit)


def _zero_for_missing(
    field: Number | Choice, values: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], Tally]:
    """Broken build: what is missing becomes a zero."""
    return raw_values(field, np.nan_to_num(values))


def _halves_to_even(
    field: Number | Choice, values: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], Tally]:
    """Broken build: halves go to the even neighbour."""
    per_unit = getattr(field, "per_unit", 1)
    return raw_values(field, np.round(values * per_unit) / per_unit)


@pytest.mark.parametrize(
    ("car", "broken"),
    [
        ("car1", _cut_down),
        ("car1", _halves_to_even),
        ("car3", _zero_for_missing),
        ("car4", _zero_for_missing),
    ],
)
def test_a_build_that_quantises_wrongly_is_caught(
    car: str, broken: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "raw_values", broken)
    for edition in Edition:
        assert not compared(car, edition).is_equal


def test_a_build_that_forgets_the_probe_offset_is_caught() -> None:
    recording = excerpt("car4")
    found = found_of(replace(recording, probe_offset=0), Edition.Y2016, Inventions())
    assert not compare(expected_rows(recording, Edition.Y2016), found).is_equal


def test_a_lost_row_a_row_too_many_and_a_changed_value_are_named() -> None:
    recording = excerpt("car4")
    expected = expected_rows(recording, Edition.Y2016)
    found = found_of(recording, Edition.Y2016, Inventions())
    found.scalars["soc_pct"][0][3] = 55.0
    found.collected_at[7] += 1_000_000
    result = compare(expected, found)
    assert result.different == 3
    text = "\n".join(result.differences)
    assert "soc_pct: found 55.0" in text
    assert f"line {expected.line[7]}: found no row" in text
    assert "that is not in the file" in text
