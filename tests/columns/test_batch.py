"""Batches of frames in one buffer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.columns import decode as decoding
from voltward.columns.batch import FrameBatch
from voltward.columns.scan import scan


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_a_batch_gives_back_the_frames_it_was_made_of(frames: list[bytes]) -> None:
    batch = FrameBatch.of(frames)
    assert list(batch) == frames
    assert len(batch) == len(frames)


@given(st.binary(max_size=60), st.data())
def test_gathered_spans_are_those_of_the_buffer(data: bytes, draw: st.DataObject) -> None:
    places = st.lists(st.integers(0, len(data)), min_size=2, max_size=2).map(sorted)
    spans = draw.draw(st.lists(places, max_size=6))
    starts = np.array([start for start, _ in spans], np.int64)
    stops = np.array([stop for _, stop in spans], np.int64)
    batch = FrameBatch.gather(np.frombuffer(data, np.uint8), starts, stops)
    assert list(batch) == [data[start:stop] for start, stop in spans]


def test_selected_frames_come_in_the_order_asked_for() -> None:
    batch = FrameBatch.of([b"a", b"bc", b"", b"def"])
    assert list(batch.select(np.array([3, 0, 3]))) == [b"def", b"a", b"def"]
    with pytest.raises(IndexError):
        batch[4]


@pytest.mark.parametrize(
    ("buffer", "offsets", "message"),
    [
        (np.zeros(4, np.int8), np.array([0, 4]), "uint8"),
        (np.zeros((2, 2), np.uint8), np.array([0, 4]), "uint8"),
        (np.zeros(8, np.uint8)[::2], np.array([0, 4]), "without gaps"),
        (np.zeros(4, np.uint8), np.array([0, 4], np.int32), "int64"),
        (np.zeros(4, np.uint8), np.zeros(0, np.int64), "at least one"),
        (np.zeros(4, np.uint8), np.array([0, 5]), "inside the buffer"),
        (np.zeros(4, np.uint8), np.array([-1, 4]), "inside the buffer"),
        (np.zeros(4, np.uint8), np.array([0, 3, 2, 4]), "inside the buffer"),
    ],
)
def test_arrays_that_would_leave_the_buffer_are_refused(
    buffer: np.ndarray, offsets: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        FrameBatch(buffer, offsets)


def test_spans_that_would_leave_the_buffer_are_refused() -> None:
    buffer = np.zeros(4, np.uint8)
    for start, stop in ((0, 5), (-1, 2), (3, 2)):
        with pytest.raises(ValueError, match="inside the buffer"):
            FrameBatch.gather(buffer, np.array([start]), np.array([stop]))


def test_every_kind_of_buffer_runs_the_one_kernel_that_was_compiled_at_install() -> None:
    frame = b"##" + bytes(23)
    fixed = FrameBatch.of([frame])
    loose = FrameBatch(np.frombuffer(frame, np.uint8).copy(), np.array([0, 25]))
    shared = FrameBatch(np.frombuffer(bytearray(frame), np.uint8), np.array([0, 25]))
    for batch in (fixed, loose, shared):
        decoding.decode(batch)
    assert len(scan.signatures) == 1
