"""The benchmark measures decoders that agree, on frames that are what it says they are."""

import json

import numpy as np
import pytest

from voltward.columns import bench
from voltward.columns.batch import FrameBatch
from voltward.columns.bench import DecodeFigures, Speed
from voltward.columns.bench_frames import CELLS, PROBES, bench_frames
from voltward.columns.decode import decode, kernels_alone
from voltward.columns.fields import COLUMNS
from voltward.columns.plain_struct import plain_row
from voltward.columns.reasons import Verdict
from voltward.frames.frame import decode_frame

FRAMES = bench_frames(2000)


def test_the_frames_are_clean_and_of_the_promised_make() -> None:
    columns = decode(FrameBatch.of(FRAMES))
    assert columns.verdict_counts() == {Verdict.OK: 2000}
    assert (np.diff(columns.offsets("cell_voltages_mv")) == CELLS).all()
    assert (np.diff(columns.offsets("probe_temps_c")) == PROBES).all()
    share = np.mean(columns["alarm_level"] > 0)
    assert 0.07 < share < 0.13
    assert all(not decode_frame(frame).problems for frame in FRAMES[:50])


def test_the_plain_decoder_gives_the_same_values_as_the_kernels() -> None:
    columns = decode(FrameBatch.of(FRAMES[:300]))
    for k, frame in enumerate(FRAMES[:300]):
        row = plain_row(frame)
        assert row.pop("vin") == columns.header.vin[k].tobytes()
        assert row.pop("collected_at") == columns.header.collected_at[k]
        _assert_group(columns, k, "motor", row.pop("motors"))
        _assert_group(columns, k, "pack", row.pop("packs"))
        for name, value in row.items():
            column = COLUMNS[name]
            found = columns.of_row(name, k) if column.is_list else columns[name][k]
            np.testing.assert_array_equal(found, np.array(value, column.dtype), err_msg=name)


def _assert_group(columns: object, k: int, family: str, rows: list[tuple[float, ...]]) -> None:
    names = [name for name, column in COLUMNS.items() if column.family == family]
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        found = columns.of_row(name, k)  # type: ignore[attr-defined]
        np.testing.assert_array_equal(found, np.array(values, COLUMNS[name].dtype), err_msg=name)


@pytest.mark.parametrize("change", [(40, 1), (-1, 1), (0, 1), (30, 0x77)])
def test_the_plain_decoder_refuses_what_is_no_frame_of_its_kind(change: tuple[int, int]) -> None:
    broken = bytearray(FRAMES[0])
    broken[change[0]] ^= change[1]
    with pytest.raises(ValueError, match=r"BCC|whole|type"):
        plain_row(bytes(broken))


def test_the_kernels_can_run_again_and_again() -> None:
    run = kernels_alone(FrameBatch.of(FRAMES[:100]))
    run()
    run()


def test_a_measurement_has_all_figures_and_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    figures = bench.run(frames=50, rounds=1)
    text = capsys.readouterr().out
    assert figures.arrow.per_s > 0
    assert figures.plain_ratio == figures.arrow.per_s / figures.plain_struct.per_s
    for word in ("to Arrow", "plain struct", "rtm-con", "ready to decode", "target >= 2,000,000"):
        assert word in text


def test_figures_as_json_hold_the_ratios(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    speed = Speed(3e6, 3e6)
    figures = DecodeFigures(
        frames=20_000,
        frame_bytes=336.0,
        rounds=11,
        arrow=speed,
        columns=speed,
        kernels=speed,
        plain_struct=Speed(7e4, 7e4),
        rtm_con=Speed(2e3, 2e3),
        ready_s=0.6,
        plain_ratio=43.0,
        rtm_con_ratio=1500.0,
    )
    monkeypatch.setattr(bench, "measure", lambda frames, rounds: figures)
    assert bench.run(json=True) is figures
    found = json.loads(capsys.readouterr().out)
    assert found["rtm_con_ratio"] == 1500.0
    assert found["arrow"]["per_s"] == 3e6
    assert "met" in bench.text_of(figures)
    assert "missed" not in bench.text_of(figures)
