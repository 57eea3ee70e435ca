"""R21: a wrong time is flagged and costs nothing else of its frame."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from voltward.frames.as_json import frame_to_dict
from voltward.frames.editions import COMMAND
from voltward.frames.errors import Stop
from voltward.frames.frame import EncodeError, Frame, decode_frame, encode_frame, reencode
from voltward.frames.grammar import Edition
from voltward.frames.moments import moment_of, moment_text, pack_moment

VIN = "LTESTVEH0GB329601"
LEVEL_3 = bytes.fromhex("07030000080000000000")

BAD = {
    "month 13": (26, 13, 1, 8, 30, 5),
    "month 0": (26, 0, 1, 8, 30, 5),
    "30 February": (26, 2, 30, 8, 30, 5),
    "29 February of no leap year": (26, 2, 29, 8, 30, 5),
    "day 0": (26, 3, 0, 8, 30, 5),
    "day 31 of April": (26, 4, 31, 8, 30, 5),
    "hour 24": (26, 3, 15, 24, 0, 0),
    "minute 60": (26, 3, 15, 8, 60, 5),
    "second 60": (26, 3, 15, 8, 30, 60),
    "all zero": (0, 0, 0, 0, 0, 0),
    "all ones": (255, 255, 255, 255, 255, 255),
    "year above 99": (100, 1, 1, 0, 0, 0),
}
BOTH = pytest.mark.parametrize("edition", list(Edition))


def _report(edition: Edition, time: bytes) -> Frame:
    body = LEVEL_3 if edition is Edition.Y2016 else b"\x06" + LEVEL_3[1:] + b"\0"
    data = encode_frame(edition, 0x02, COMMAND, VIN, time + body)
    frame = decode_frame(data)
    assert reencode(frame) == data
    return frame


@BOTH
@pytest.mark.parametrize("time", BAD.values(), ids=BAD.keys())
def test_a_time_that_does_not_exist_is_flagged_and_the_alarm_survives(
    edition: Edition, time: tuple[int, ...]
) -> None:
    frame = _report(edition, bytes(time))
    assert [problem.code for problem in frame.problems] == ["bad_time"]
    assert frame.collected_at is None
    (alarms,) = frame.items
    assert alarms.values["level"] == 3
    assert frame.rest == b""
    assert frame_to_dict(frame)["body"]["time"] == moment_text(bytes(time))


def test_a_build_that_drops_bad_times_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the alarm of the test before would be lost."""

    def dropping(raw: bytes, at: int) -> None:
        if moment_of(raw) is None:
            raise Stop("bad_time", moment_text(raw), at)

    monkeypatch.setattr("voltward.frames.simple_reading.moment_problem", dropping)
    assert _report(Edition.Y2016, bytes(BAD["month 13"])).items == ()


@BOTH
@pytest.mark.parametrize("years", [-10, 0, 10, 40])
def test_a_clock_that_is_only_wrong_is_not_our_business(edition: Edition, years: int) -> None:
    time = bytes((26 + years, 2, 28, 23, 59, 59))
    frame = _report(edition, time)
    assert not frame.problems
    assert frame.collected_at == datetime(
        2026 + years, 2, 28, 23, 59, 59, tzinfo=timezone(timedelta(hours=8))
    )


def test_the_leap_day_exists() -> None:
    assert moment_of(bytes((24, 2, 29, 0, 0, 0))) is not None


def test_beijing_time_is_eight_hours_ahead() -> None:
    raw = pack_moment("time", datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC))
    assert raw == bytes((26, 3, 15, 8, 30, 5))
    assert pack_moment("time", "2026-03-15T08:30:05+08:00") == raw
    instant = moment_of(raw)
    assert instant is not None
    assert instant.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2026, 3, 15), "no time zone"),
        (datetime(1999, 12, 31, 15, tzinfo=UTC), "year 1999"),
        (datetime(2100, 1, 1, tzinfo=UTC), "year 2100"),
        ("2026-02-30T00:00:00+08:00", "no time"),
        ("tomorrow", "no time"),
        (12345, "no time"),
        (b"12345", "5 bytes"),
    ],
)
def test_a_time_that_cannot_be_expressed_is_refused(time: object, text: str) -> None:
    with pytest.raises(EncodeError, match=text):
        pack_moment("time", time)


def test_two_problems_are_both_told_and_the_first_is_the_error() -> None:
    data = encode_frame(Edition.Y2016, 0x02, COMMAND, VIN, bytes(6) + LEVEL_3 + b"\x0a\x01")
    frame = decode_frame(data)
    assert [problem.code for problem in frame.problems] == ["bad_time", "unknown_type"]
    assert frame.error == frame.problems[0]
    assert len(frame.items) == 1
    assert frame.rest == b"\x0a\x01"
