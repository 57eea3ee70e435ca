"""A simulated terminal does what it is told, and says so."""

from __future__ import annotations

from datetime import datetime

import pytest

from voltward.base.units import BEIJING
from voltward.frames.as_json import body_to_dict
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.simulator.commands import VALUES, answer_to

AT = datetime(2026, 3, 15, 8, 30, 5, tzinfo=BEIJING)
VIN = "LVWTEST0900000001"


@pytest.mark.parametrize("edition", list(Edition))
def test_a_query_is_answered_with_the_values_that_the_terminal_has(edition: Edition) -> None:
    ids = [*VALUES, 0x05]
    command = encode_frame(edition, 0x80, 0xFE, VIN, {"time": AT, "ids": ids})
    answer = answer_to(command)
    assert answer is not None
    frame = decode_frame(answer)
    assert (frame.problems, frame.collected_at, frame.header.response) == ((), AT, 1)
    assert len(body_to_dict(frame)["params"]) == len(VALUES)


def test_sets_and_controls_are_answered_with_their_time() -> None:
    unit = {"time": AT, "command": 3, "parameter_hex": ""}
    command = encode_frame(Edition.Y2016, 0x82, 0xFE, VIN, unit)
    answer = answer_to(command)
    assert answer is not None
    assert answer[24:-1] == command[24:30]


def test_what_is_no_command_to_a_terminal_stays_unanswered() -> None:
    assert answer_to(encode_frame(Edition.Y2025, 0x0A, 0xFE, VIN, b"\x01\x00")) is None
