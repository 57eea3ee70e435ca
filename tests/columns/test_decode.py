"""The kernels say what the plain decoder says, on every vector and on frames made by chance."""

import random
import threading
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.columns.expected import assert_equal
from tests.columns.made_frames import body, framed, report

from voltward.base.units import BEIJING
from voltward.columns import decode as decoding
from voltward.columns.batch import FrameBatch
from voltward.columns.cells import FIELD_COLUMN, FIELD_PER_UNIT, SECTION_SIZE
from voltward.columns.decode import decode
from voltward.columns.fields import COLUMNS
from voltward.columns.layout import COLUMN_NUMBER, TABLES
from voltward.columns.reasons import Reason, TimeState, Verdict
from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import U16, Edition, Group, Number
from voltward.frames.values import physical, reason_of

TIME = bytes((26, 3, 15, 8, 30, 5))


def _frames(seed: int, count: int = 400) -> list[bytes]:
    chance = random.Random(seed)
    return [report(chance, chance.choice(list(Edition))) for _ in range(count)]


def test_every_vector_decodes_as_the_plain_decoder_says(vector_frames: list[bytes]) -> None:
    assert_equal(decode(FrameBatch.of(vector_frames)), vector_frames)


@pytest.mark.parametrize("seed", range(4))
def test_frames_made_by_chance_decode_as_the_plain_decoder_says(seed: int) -> None:
    frames = _frames(seed)
    assert_equal(decode(FrameBatch.of(frames)), frames)


@pytest.mark.parametrize("edition", list(Edition))
def test_frames_of_one_shape_decode_from_memory_as_by_a_walk(edition: Edition) -> None:
    """The same types and counts again and again, with other values; then another shape between."""
    chance = random.Random(5)
    types = [info for info in INFO_TYPES[edition].values() if info.code < 0x80]
    frames = []
    for shape in range(6):
        chosen = chance.sample(types, 5)
        seed = chance.randrange(1 << 30)
        for turn in range(12):
            unit = bytearray(TIME)
            for info in chosen:
                unit += bytes((info.code,)) + body(random.Random(seed + info.code), info)
            frames.append(framed(bytes(unit), edition, vin=b"CAR%014d" % (shape * 100 + turn)))
        frames += _frames(shape, 3)
    assert_equal(decode(FrameBatch.of(frames)), frames)


@pytest.mark.parametrize(
    ("column", "cell", "table"),
    [
        ("total_voltage_v", FIELD_PER_UNIT, TABLES.fields),
        ("motor_speed_rpm", 0, TABLES.sections),
    ],
)
def test_a_wrong_table_does_not_pass_unnoticed(
    column: str, cell: int, table: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken build: one number of the layout is off by one."""
    changed = table.copy()
    rows = TABLES.fields[TABLES.fields[:, FIELD_COLUMN] == COLUMN_NUMBER[column]]
    if table is TABLES.fields:
        changed[table[:, FIELD_COLUMN] == COLUMN_NUMBER[column], cell] += 1
        broken = TABLES._replace(fields=changed)
    else:
        changed[rows[:, 0], SECTION_SIZE] += 1
        broken = TABLES._replace(sections=changed)
    monkeypatch.setattr(decoding, "TABLES", broken)
    monkeypatch.setattr(decoding, "_workspace", decoding.Workspace())
    frames = _frames(1)
    with pytest.raises(AssertionError):
        assert_equal(decode(FrameBatch.of(frames)), frames)


def _number_fields() -> list[tuple[int, int, str, Number]]:
    """Every 16-bit number of a type without a group: edition, code, column, field."""
    found = []
    for edition, types in INFO_TYPES.items():
        for code, info in types.items():
            if code < 0x80 and not any(isinstance(entry, Group) for entry in info.fields):
                found += [
                    (int(edition), code, entry.name, entry)
                    for entry in info.fields
                    if isinstance(entry, Number) and entry.width is U16 and entry.name in COLUMNS
                ]
    return found


@pytest.mark.parametrize(
    ("edition", "code", "name", "entry"),
    [case for case in _number_fields() if case[1] in (0x01, 0x04, 0x06)],
)
def test_every_raw_value_of_a_word_gives_the_nearest_float_or_a_reason(
    edition: int, code: int, name: str, entry: Number
) -> None:
    info = INFO_TYPES[Edition(edition)][code]
    at = 0
    for other in info.fields:
        if other.name == name:
            break
        at += other.width.octets  # type: ignore[union-attr]
    size = sum(other.width.octets for other in info.fields if hasattr(other, "width"))
    if code == 0x06 and edition == 2025:
        pytest.skip("the alarms of 2025 have no 16-bit number")
    frames = []
    for raw in range(65_536):
        unit = bytearray(size)
        unit[at : at + 2] = raw.to_bytes(2, "big")
        frames.append(framed(TIME + bytes((code,)) + bytes(unit), Edition(edition)))
    columns = decode(FrameBatch.of(frames))
    reasons = np.array([reason_of(entry, raw) for raw in range(65_536)])
    values = np.array([physical(entry, raw) for raw in range(65_536)], np.float32)
    assert (columns.reason(name) == reasons).all()
    assert np.array_equal(
        columns[name], np.where(reasons == Reason.PRESENT, values, np.nan), equal_nan=True
    )
    decimals = COLUMNS[name].decimals
    good = reasons == Reason.PRESENT
    exact = [round(physical(entry, int(raw)), decimals) for raw in np.flatnonzero(good)]
    assert [round(float(value), decimals) for value in columns[name][good]] == exact


def test_every_day_of_a_century_is_the_right_second() -> None:
    day, last = (
        datetime(2000, 1, 1, 8, 5, 59, tzinfo=BEIJING),
        datetime(2099, 12, 31, tzinfo=BEIJING),
    )
    days = []
    while day <= last:
        days.append(day)
        day += timedelta(days=1)
    frames = [
        framed(bytes((d.year - 2000, d.month, d.day, d.hour, d.minute, d.second))) for d in days
    ]
    columns = decode(FrameBatch.of(frames))
    assert columns.header.collected_at.tolist() == [int(d.timestamp()) for d in days]


@pytest.mark.parametrize(
    "raw",
    [
        (0, 0, 0, 0, 0, 0),
        (26, 13, 1, 0, 0, 0),
        (26, 2, 30, 0, 0, 0),
        (25, 2, 29, 0, 0, 0),
        (26, 4, 31, 0, 0, 0),
        (26, 1, 1, 24, 0, 0),
        (26, 1, 1, 0, 60, 0),
        (26, 1, 1, 0, 0, 60),
        (100, 1, 1, 0, 0, 0),
        (26, 0, 1, 0, 0, 0),
        (26, 1, 0, 0, 0, 0),
        (255, 255, 255, 255, 255, 255),
    ],
)
def test_a_bad_time_keeps_the_row_and_an_alarm_of_level_three(raw: tuple[int, ...]) -> None:
    """R21: a bad clock loses nothing; the row is marked."""
    alarms = bytes((0x07, 3)) + bytes(8)
    columns = decode(FrameBatch.of([framed(bytes(raw) + alarms)]))
    assert columns.header.time_state[0] == TimeState.BAD_TIME
    assert columns.header.collected_at[0] == 0
    assert columns.verdict[0] == Verdict.BAD_TIME
    assert columns["alarm_level"][0] == 3


def test_threads_decode_side_by_side_without_touching_one_another() -> None:
    frames = [_frames(seed, 300) for seed in range(4)]
    batches = [FrameBatch.of(part) for part in frames]
    found: dict[int, bytes] = {}

    def work(k: int) -> None:
        for _ in range(20):
            found[k] = decode(batches[k])["cell_voltages_mv"].tobytes()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, part in enumerate(frames):
        assert found[k] == decode(FrameBatch.of(part))["cell_voltages_mv"].tobytes()


def test_a_batch_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LARGEST_BATCH", 10)
    with pytest.raises(ValueError, match="at most 10"):
        decode(FrameBatch.of([framed(TIME)]))


def test_verdicts_are_counted_by_word(vector_frames: list[bytes]) -> None:
    columns = decode(FrameBatch.of(vector_frames))
    counts = columns.verdict_counts()
    assert sum(counts.values()) == len(vector_frames)
    assert counts[Verdict.ENCRYPTED] == 5
    assert counts[Verdict.BAD_TIME] == 4
