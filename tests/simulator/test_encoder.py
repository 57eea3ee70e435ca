"""The batch encoder makes the frames that the reference encoder makes, byte for byte."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.excerpts import CARS, VIN, excerpt

from voltward.base.units import BEIJING
from voltward.frames.as_json import frame_to_dict
from voltward.frames.frame import decode_frame, realtime, reencode
from voltward.frames.grammar import Edition
from voltward.simulator.encoder import (
    REALTIME,
    REISSUE,
    frame_matrix,
    frames_of,
    time_bytes,
    times_of,
    with_command,
)
from voltward.simulator.fleet import Fleet, encode, roster
from voltward.simulator.recording import Recording
from voltward.simulator.replay import Inventions
from voltward.simulator.replay.content import Content

FIRST_S = int(datetime(2000, 1, 1, tzinfo=BEIJING).timestamp())
LAST_S = int(datetime(2099, 12, 31, 23, 59, 59, tzinfo=BEIJING).timestamp())
ALL = Inventions((104.06, 30.66), vehicle_state=True, alarm_flags=True)


def frames_of_recording(
    recording: Recording, edition: Edition, inventions: Inventions
) -> list[bytes]:
    rows = recording.rows()
    content = Content(recording, edition, inventions)
    return [
        frame
        for bodies in content.frames(rows)
        for frame in frames_of(frame_matrix(edition, REISSUE, VIN, rows.collected_at, bodies))
    ]


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("car", CARS)
def test_recorded_rows_become_clean_frames_that_the_reference_writes_alike(
    car: str, edition: Edition
) -> None:
    for inventions in (Inventions(), ALL):
        for frame in frames_of_recording(excerpt(car), edition, inventions):
            decoded = decode_frame(frame)
            assert decoded.problems == ()
            assert reencode(decoded) == frame


@pytest.mark.parametrize("edition", Edition)
def test_reference_encoder_given_the_same_values_writes_the_same_frame(edition: Edition) -> None:
    recording = excerpt("car4")
    rows = recording.rows()
    frames = frames_of_recording(recording, edition, ALL)
    for row in (0, 50, len(frames) - 1):
        items = frame_to_dict(decode_frame(frames[row]))["body"]["items"]
        when = datetime.fromtimestamp(int(rows.collected_at[row]), BEIJING)
        assert realtime(edition, VIN, REISSUE, when, items) == frames[row]


def test_simulated_cars_send_clean_frames_of_both_editions() -> None:
    cars = roster(5, 20)
    fleet = Fleet(5, cars, 1_773_534_600.0)
    seen = set()
    for _ in range(20):
        for report in encode(fleet.step(120.0), cars, REALTIME):
            decoded = decode_frame(report.frame)
            assert decoded.problems == ()
            assert reencode(decoded) == report.frame
            assert decoded.header.vin == cars[report.car].vin
            seen |= {(decoded.header.edition, item.name) for item in decoded.items}
    for edition, expected in (
        (Edition.Y2016, {"vehicle", "motors", "position", "extremes", "alarms"}),
        (Edition.Y2025, {"vehicle", "motors", "position", "alarms", "cell_voltages"}),
    ):
        assert {name for of, name in seen if of == edition} >= expected


@given(st.lists(st.integers(FIRST_S, LAST_S), min_size=1, max_size=20))
def test_times_are_those_of_the_calendar_in_beijing(instants: list[int]) -> None:
    matrix = times_of(np.array(instants, np.int64))
    assert [bytes(row) for row in matrix] == [time_bytes(instant) for instant in instants]


def test_another_command_keeps_the_frame_whole() -> None:
    frame = frames_of_recording(excerpt("car1"), Edition.Y2016, Inventions())[0]
    matrix = np.frombuffer(frame, np.uint8)[None, :]
    changed = with_command(matrix, REALTIME).tobytes()
    decoded = decode_frame(changed)
    assert decoded.header.command == REALTIME
    assert decoded.unit == decode_frame(frame).unit


def test_more_cells_than_a_2016_frame_holds_go_in_frames_of_one_time() -> None:
    small = excerpt("car1")
    rows = small.rows()
    wide = np.tile(rows.cells_v, (1, 5))[:, :450]
    recording = small.of_rows(
        type(rows)(rows.line, rows.collected_at, rows.scalars, wide, rows.probes)
    )
    recording = type(recording)(**{**vars(recording), "cells": 450})
    content = Content(recording, Edition.Y2016, Inventions())
    assert content.frames_per_row == 3
    found: list[float] = []
    for bodies in content.frames(recording.rows()):
        frame = next(
            frames_of(frame_matrix(Edition.Y2016, REISSUE, VIN, rows.collected_at, bodies))
        )
        (item,) = [
            item
            for item in frame_to_dict(decode_frame(frame))["body"]["items"]
            if item["name"] == "cell_voltages"
        ]
        (pack,) = item["packs"]
        assert (pack["cell_count"], pack["first_cell"]) == (450, len(found) + 1)
        found += pack["cell_voltages_v"]
    assert found == wide[0].tolist()
    assert Content(recording, Edition.Y2025, Inventions()).frames_per_row == 1
