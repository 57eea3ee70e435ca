"""Which frames a link owes, and when they were collected."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.scene import LINK, REALTIME, REISSUE, report

from voltward.base.units import BEIJING
from voltward.frames.moments import moment_of
from voltward.uplink.forms import form_of, left_out, with_command
from voltward.uplink.incoming import Table, collected, is_followed, moments, stream_name
from voltward.uplink.links import VEHICLE, Link
from voltward.uplink.proof import LEFT_OUT


@given(st.binary(min_size=6, max_size=6))
def test_times_of_frames_are_those_of_the_reference(time: bytes) -> None:
    frame = np.frombuffer(bytes(24) + time + bytes(1), np.uint8)
    found = int(collected(frame, np.zeros(1, np.int64))[0])
    expected = moment_of(time)
    assert found == (0 if expected is None else int(expected.timestamp()))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59, 59)))
def test_every_time_that_exists_is_read(when: datetime) -> None:
    whole = when.replace(microsecond=0, tzinfo=BEIJING)
    time = bytes(
        (whole.year - 2000, whole.month, whole.day, whole.hour, whole.minute, whole.second)
    )
    frame = np.frombuffer(bytes(24) + time + bytes(1), np.uint8)
    assert int(collected(frame, np.zeros(1, np.int64))[0]) == int(whole.timestamp())


def test_a_clock_that_cannot_be_right_is_replaced_by_the_time_of_receipt() -> None:
    received = np.full(5, 1_000_000_000)
    said = np.array([999_999_990, 0, 1_000_000_030, 1_000_000_000 - 8 * 86_400, 500_000_000])
    commands = np.array([REALTIME, REALTIME, REALTIME, REALTIME, REISSUE])
    assert moments(commands, said, received).tolist() == [
        999_999_990,
        1_000_000_000,
        1_000_000_000,
        1_000_000_000,
        500_000_000,
    ]


def test_vehicles_are_on_the_links_that_the_office_says() -> None:
    table = Table(np.array([(3, 0b10, 1), (9, 0b01, 0)], VEHICLE), ("", "private"))
    masks, usages = table.masks_and_usages(np.array([9, 3, 4], np.uint64))
    assert (masks.tolist(), usages.tolist()) == ([1, 2, 0], [0, 1, 0])
    assert (table.usage(1), table.usage(7)) == ("private", "")


def test_only_streams_of_gateways_are_followed() -> None:
    assert [is_followed(stream_name(number)) for number in (0, 7, 32_767 // 2)] == [True] * 3
    for other in ("proof-national", "findings-main", "gateway-x", "gateway-01", "quarantine-main"):
        assert not is_followed(other)


@given(st.integers(0, 255))
def test_another_command_leaves_a_right_check_byte_and_all_else_alone(command: int) -> None:
    frame = report(1, 1_773_534_605)
    changed = with_command(frame, command)
    check = 0
    for octet in changed[2:-1]:
        check ^= octet
    assert (changed[2], changed[-1]) == (command, check)
    assert changed[3:-1] == frame[3:-1]


def test_what_a_usage_class_does_not_send_needs_another_form() -> None:
    link = Link(**{**_fields(), "left_out": {"": (2,), "private": (5,)}})
    assert left_out(link, "private") == {2, 5}
    assert left_out(link, "") == {2}
    form = form_of(report(1, 1_773_534_605), link, REALTIME, left_out(link, ""), None)
    assert (form.data, form.outcome) == (None, LEFT_OUT)


def test_a_re_encoder_is_asked_and_what_it_lost_is_counted() -> None:
    class Made:
        frame: bytes | None = b"made anew"
        lost = ("motor torque", "gear")
        thermal_as_3 = False

    asked: list[tuple[int, set[int], int]] = []

    def reencode(frame: bytes, *, edition: int, left_out, command: int) -> Made:  # type: ignore[no-untyped-def]
        asked.append((edition, set(left_out), command))
        return Made()

    form = form_of(report(1, 1_773_534_605), LINK, REISSUE, {5}, reencode)
    assert (form.data, form.lost) == (b"made anew", 2)
    assert asked == [(2016, {5}, REISSUE)]


def _fields() -> dict[str, object]:
    return {name: getattr(LINK, name) for name in Link.__slots__}
