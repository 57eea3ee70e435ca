"""R11: the cuts of a stream change nothing, and no good frame is lost to a fake start."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, MAX_UNIT, bcc
from voltward.frames.reader import FrameReader, Piece, PieceReason

VIN = "LTESTVEH0GB329601"
Settled = list[tuple[bytes, bool]]


def _frame(unit: bytes, edition: Edition = Edition.Y2016) -> bytes:
    return encode_frame(edition, 0xC0, 0xFE, VIN, unit)


def _settled(pieces: Iterable[Piece]) -> Settled:
    """Frames and the noise between them; neighbouring pieces of noise are one."""
    out: Settled = []
    for piece in pieces:
        if out and not piece.is_frame and not out[-1][1]:
            out[-1] = (out[-1][0] + piece.data, False)
        else:
            out.append((piece.data, piece.is_frame))
    return out


def _read(
    stream: bytes, cuts: Iterable[int] = (), make: Callable[[], Any] = FrameReader
) -> Settled:
    reader = make()
    pieces: list[Piece] = []
    last = 0
    for cut in [*sorted(cuts), len(stream)]:
        pieces += reader.feed(stream[last:cut])
        last = cut
    pieces += reader.resync()
    while reader.waiting:
        pieces += reader.resync()
    return _settled(pieces)


class NaiveReader(FrameReader):
    """A broken build: a wrong BCC throws away the whole span that the header claimed."""

    def feed(self, data: bytes) -> list[Piece]:
        self._held += data
        pieces: list[Piece] = []
        while (at := self._held.find(b"##")) >= 0 and len(self._held) >= at + HEADER:
            stop = at + HEADER + (self._held[at + 22] << 8 | self._held[at + 23]) + 1
            if len(self._held) < stop:
                break
            data = bytes(self._held[at:stop])
            good = bcc(data[2:-1]) == data[-1]
            pieces.append(Piece(data, PieceReason.FRAME if good else PieceReason.BAD_BCC))
            del self._held[:stop]
        return pieces

    def resync(self) -> list[Piece]:
        data = bytes(self._held)
        self._held.clear()
        return [Piece(data, PieceReason.GAVE_UP)]


# Bytes among which start marks, frames, cut frames and lying headers are frequent.
MARKS = st.sampled_from([b"#", b"$", b"##", b"$$", b"#$", b"###", b"\x00"])
FRAMES = st.builds(_frame, st.binary(max_size=12) | MARKS, st.sampled_from(list(Edition)))
LIES = st.builds(
    lambda length: b"##\x02\xfe" + b"V" * 17 + b"\x01" + length.to_bytes(2, "big"),
    st.integers(0, 60) | st.sampled_from([MAX_UNIT, MAX_UNIT + 1, 0xFFFF]),
)
CUT_FRAMES = st.builds(lambda frame, keep: frame[: keep % len(frame)], FRAMES, st.integers(0, 99))
STREAMS = st.lists(FRAMES | FRAMES | MARKS | LIES | CUT_FRAMES | st.binary(max_size=9)).map(
    b"".join
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(stream=STREAMS, data=st.data())
def test_any_cuts_give_the_same_frames_and_the_same_noise(
    stream: bytes, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    whole = _read(stream)
    assert _read(stream, cuts) == whole
    assert b"".join(part for part, _ in whole) == stream


@pytest.mark.t2
@settings(max_examples=100_000, deadline=None)
@given(stream=STREAMS, data=st.data())
def test_any_cuts_give_the_same_frames_a_hundred_thousand_times(
    stream: bytes, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    assert _read(stream, cuts) == _read(stream)


def test_every_vector_fed_byte_by_byte_is_the_same_frame(good_frames: list[bytes]) -> None:
    small = [data for data in good_frames if len(data) < 1500]
    stream = b"".join(small)
    reader = FrameReader()
    pieces = [piece for byte in stream for piece in reader.feed(bytes((byte,)))]
    assert [piece.data for piece in pieces] == small
    assert all(piece.is_frame for piece in pieces)


def _fake_start_stream() -> bytes:
    """A cut frame whose header claims more than it has, then a good one inside that claim."""
    return _frame(b"lost on the way" * 4)[:40] + _frame(b"good") + _frame(b"good too")


def test_a_good_frame_inside_a_lying_span_is_found() -> None:
    frames = [data for data, good in _read(_fake_start_stream()) if good]
    assert frames == [_frame(b"good"), _frame(b"good too")]


def test_a_naive_scanner_would_swallow_it() -> None:
    """Negative control of the test before, and of cut invariance."""
    swallowed = [data for data, good in _read(_fake_start_stream(), make=NaiveReader) if good]
    assert _frame(b"good") not in swallowed


@pytest.mark.parametrize("edition", list(Edition))
def test_a_start_pair_inside_a_payload_is_only_payload(edition: Edition) -> None:
    inner = _frame(b"not me", edition)
    outer = _frame(inner * 3, edition)
    assert _read(outer + outer) == [(outer, True), (outer, True)]


def test_noise_up_to_64_kib_does_not_hide_the_next_frame() -> None:
    random_bytes = random.Random(11).randbytes(64 * 1024)
    noise = bytes(0x22 if byte in (0x23, 0x24) else byte for byte in random_bytes)
    assert _read(noise + _frame(b"next"))[-1] == (_frame(b"next"), True)


def test_a_length_above_the_limit_is_noise_at_once() -> None:
    reader = FrameReader()
    lie = b"##\x02\xfe" + b"V" * 17 + b"\x01\xff\xfc"
    pieces = reader.feed(lie + _frame(b"next"))
    assert [piece.reason for piece in pieces] == [PieceReason.BAD_LENGTH, PieceReason.FRAME]


def test_a_wrong_bcc_without_another_start_is_one_piece_of_noise() -> None:
    damaged = bytearray(_frame(b"payload"))
    damaged[-1] ^= 1
    (piece,) = FrameReader().feed(bytes(damaged))
    assert piece == Piece(bytes(damaged), PieceReason.BAD_BCC)


def test_a_lone_mark_at_the_end_waits_for_the_next_byte() -> None:
    reader = FrameReader()
    assert [piece.data for piece in reader.feed(b"noise#")] == [b"noise"]
    assert reader.waiting == 1
    assert [piece.data for piece in reader.feed(_frame(b"x")[1:])] == [_frame(b"x")]


def test_giving_up_finds_the_frame_behind_a_stalled_one() -> None:
    reader = FrameReader()
    stalled = b"##\x02\xfe" + b"V" * 17 + b"\x01\xff\xf0"
    assert reader.feed(stalled + _frame(b"behind")) == []
    pieces = reader.resync()
    assert [piece.reason for piece in pieces] == [PieceReason.GAVE_UP, PieceReason.FRAME]
    assert reader.resync() == []


def test_a_stalled_maximum_frame_holds_no_more_than_was_sent() -> None:
    reader = FrameReader()
    reader.feed(b"##\x02\xfe" + b"V" * 17 + b"\x01\xff\xfb")
    for _ in range(100):
        assert reader.feed(b"x" * 10) == []
    assert reader.waiting == HEADER + 1000


def test_lying_headers_in_a_row_are_summed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in proportion to the bytes: 30,000 start marks that claim 61,681 bytes each."""
    summed: list[int] = []

    def counting(data: bytes) -> int:
        summed.append(len(data))
        return bcc(data)

    monkeypatch.setattr("voltward.frames.reader.bcc", counting)
    stream = b"##\xf0\xf1\x03" * 30_000
    pieces = FrameReader().feed(stream)
    assert len(pieces) > 10_000
    assert sum(summed) < 5 * len(stream)


@given(data=st.binary(max_size=300))
def test_the_check_byte_is_the_xor_of_all_bytes(data: bytes) -> None:
    expected = 0
    for byte in data:
        expected ^= byte
    assert bcc(data) == expected
