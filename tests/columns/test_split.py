"""R11: the splitter of many streams cuts as the reference reader does, however they are cut."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.columns.made_frames import framed

from voltward.columns.split import split
from voltward.frames.header import bcc
from voltward.frames.reader import FrameReader, PieceReason

Piece = tuple[bytes, int]
FRAME = framed(bytes(range(40)))


def _buffer(chunks: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.zeros(len(chunks) + 1, np.int64)
    np.cumsum([len(chunk) for chunk in chunks], out=offsets[1:])
    return np.frombuffer(b"".join(chunks), np.uint8), offsets


def _pieces(chunks: list[bytes], give_up: list[int] | None = None) -> list[list[Piece]]:
    buffer, offsets = _buffer(chunks)
    flags = None if give_up is None else np.array(give_up, np.uint8)
    found = split(buffer, offsets, flags)
    out: list[list[Piece]] = [[] for _ in chunks]
    data = buffer.tobytes()
    for k, start, stop, reason in zip(
        found.chunk, found.start, found.stop, found.reason, strict=True
    ):
        out[k].append((data[start:stop], int(reason)))
    for k, consumed in enumerate(found.consumed):
        assert sum(len(piece) for piece, _ in out[k]) == consumed
    return out


def naive_split(data: bytes) -> list[Piece]:
    """The broken build: a wrong BCC throws the whole claimed span away."""
    pieces, at = [], 0
    while (start := data.find(b"##", at)) >= 0 and len(data) >= start + 25:
        stop = start + 25 + int.from_bytes(data[start + 22 : start + 24], "big")
        if stop > len(data):
            break
        good = bcc(data[start + 2 : stop - 1]) == data[stop - 1]
        pieces.append((data[start:stop], 0 if good else 1))
        at = stop
    return pieces


def _streams() -> st.SearchStrategy[bytes]:
    """Frames, noise full of start marks, fake headers with lying lengths and broken frames."""
    frames = st.sampled_from([FRAME, framed(b""), framed(b"##" + bytes(30)), b"$$" + FRAME[2:]])
    marks = st.lists(st.sampled_from([0x23, 0x24, 0, 1, 255]), max_size=30).map(bytes)
    fakes = st.builds(
        lambda mark, rest, size: mark * 2 + rest + size.to_bytes(2, "big"),
        st.sampled_from([b"#", b"$"]),
        st.binary(min_size=20, max_size=20),
        st.one_of(st.integers(0, 90), st.sampled_from([65_531, 65_532, 65_535])),
    )
    broken = st.builds(
        lambda at, value: FRAME[:at] + bytes((value,)) + FRAME[at + 1 :],
        st.integers(0, len(FRAME) - 1),
        st.integers(0, 255),
    )
    return st.lists(st.one_of(frames, marks, fakes, broken), max_size=10).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(_streams(), min_size=1, max_size=5))
def test_many_streams_at_once_are_cut_as_the_reference_reader_cuts_each(
    streams: list[bytes],
) -> None:
    expected = [
        [(piece.data, int(piece.reason)) for piece in FrameReader().feed(stream)]
        for stream in streams
    ]
    assert _pieces(streams) == expected


@settings(max_examples=300, deadline=None)
@given(_streams(), st.data())
def test_pieces_are_those_of_the_reference_reader_under_any_cut(
    stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader, held = FrameReader(), b""
    for first, last in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        expected = [(piece.data, int(piece.reason)) for piece in reader.feed(stream[first:last])]
        (found,) = _pieces([held + stream[first:last]])
        held = (held + stream[first:last])[sum(len(piece) for piece, _ in found) :]
        assert found == expected
        if data.draw(st.booleans()):  # the wait has been too long
            expected = [(piece.data, int(piece.reason)) for piece in reader.resync()]
            (found,) = _pieces([held], [1]) if held else ([],)
            held = held[sum(len(piece) for piece, _ in found) :]
            assert found == expected
        assert len(held) == reader.waiting


@settings(max_examples=300, deadline=None)
@given(_streams(), st.data())
def test_who_is_given_up_is_looked_at_first_as_the_reference_reader_does(
    stream: bytes, data: st.DataObject
) -> None:
    """What comes in the same breath as the end of the wait still counts."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader, held = FrameReader(), b""
    for first, last in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found = reader.feed(stream[first:last]) or reader.resync()
        expected = [(piece.data, int(piece.reason)) for piece in found]
        (pieces,) = _pieces([held + stream[first:last]], [1])
        held = (held + stream[first:last])[sum(len(piece) for piece, _ in pieces) :]
        assert pieces == expected
        assert len(held) == reader.waiting


Pieces = Callable[[list[bytes], list[int]], list[list[Piece]]]


def keeps_the_whole_frame(pieces: Pieces) -> bool:
    """It came late, but it is all there; only what is still not whole is given up."""
    whole, part = pieces([FRAME + FRAME[:30], FRAME[:30]], [1, 1])
    return whole == [(FRAME, PieceReason.FRAME)] and part == [(FRAME[:30], PieceReason.GAVE_UP)]


def blind_pieces(chunks: list[bytes], give_up: list[int]) -> list[list[Piece]]:
    """The broken build: whoever was waited for too long has no start, whole by now or not."""
    return [
        [(chunk[:1], int(PieceReason.GAVE_UP)), *_pieces([chunk[1:]])[0]] if flag else []
        for chunk, flag in zip(chunks, give_up, strict=True)
    ]


def test_a_frame_that_is_whole_by_now_is_not_given_up_and_a_blind_build_is_caught() -> None:
    assert keeps_the_whole_frame(_pieces)
    assert not keeps_the_whole_frame(blind_pieces)


def _holds_no_mark(noise: bytes) -> bool:
    return b"##" not in noise and b"$$" not in noise and noise[-1:] != b"#"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=70_000).filter(_holds_no_mark))
def test_the_next_good_frame_behind_noise_is_found(noise: bytes) -> None:
    (found,) = _pieces([noise + FRAME])
    assert found[-1] == (FRAME, PieceReason.FRAME)


def test_a_fake_start_swallows_no_good_frame_and_the_naive_scanner_does() -> None:
    lying = b"##" + bytes(20) + (len(FRAME) + 20).to_bytes(2, "big")
    stream = lying + FRAME + bytes(40)
    assert (FRAME, PieceReason.FRAME) in _pieces([stream])[0]
    assert (FRAME, 0) not in naive_split(stream)


def test_a_frame_behind_one_that_lost_a_byte_is_found() -> None:
    """The lying span then ends inside the next start pair."""
    stream = FRAME[:30] + FRAME[31:] + FRAME + FRAME
    assert [reason for _, reason in _pieces([stream])[0]].count(PieceReason.FRAME) == 2


def test_a_wrong_bcc_is_seen_in_every_single_bit() -> None:
    for at in range(2, len(FRAME)):
        for bit in range(8):
            if at in (22, 23):  # the length: another span altogether
                continue
            broken = bytearray(FRAME)
            broken[at] ^= 1 << bit
            assert PieceReason.FRAME not in [reason for _, reason in _pieces([bytes(broken)])[0]]


@pytest.mark.parametrize(
    "evil",
    [
        b"##" + bytes(20) + b"\x80\0",
        b"##" + bytes(20) + b"\x20\0",
        b"#",
        b"#a",
        b"##\0",
        b"$$##",
        b"##" + bytes(20) + b"\xff\xff",
    ],
)
def test_time_grows_with_the_bytes_alone_whatever_they_are(evil: bytes) -> None:
    """Overlapping lies are summed once: no input costs more steps than a few per byte."""
    chunk = (evil * (65_536 // len(evil) + 1))[:65_536]
    (found,) = _pieces([chunk])
    assert len(found) <= len(chunk)
    expected = [(piece.data, int(piece.reason)) for piece in FrameReader().feed(chunk)]
    assert found == expected


def test_frames_of_a_split_are_a_batch() -> None:
    buffer, offsets = _buffer([b"xx" + FRAME, FRAME + FRAME[:9]])
    batch = split(buffer, offsets).frames(buffer)
    assert list(batch) == [FRAME, FRAME]


def test_offsets_that_leave_the_buffer_are_refused() -> None:
    buffer = np.zeros(10, np.uint8)
    for offsets in ([0, 11], [-1, 5], [5, 3]):
        with pytest.raises(ValueError, match="inside the buffer"):
            split(buffer, np.array(offsets, np.int64))
    with pytest.raises(ValueError, match="one entry for each chunk"):
        split(buffer, np.array([0, 10], np.int64), np.zeros(2, np.uint8))


def test_random_streams_are_cut_as_the_reference_reader_cuts_them() -> None:
    chance = random.Random(20)
    alphabet = bytes((0x23, 0x24, 0, 0, 1, 40))
    for _ in range(300):
        stream = bytes(chance.choice(alphabet) for _ in range(chance.randrange(400)))
        at = chance.randrange(len(stream) + 1)
        stream = stream[:at] + FRAME + stream[at:]
        expected = [(piece.data, int(piece.reason)) for piece in FrameReader().feed(stream)]
        assert _pieces([stream]) == [expected]
