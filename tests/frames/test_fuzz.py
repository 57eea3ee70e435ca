"""R10: any bytes are decoded, or refused with one named error; nothing else ever comes out."""

import random
import resource
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from voltward.frames.as_json import frame_to_dict, line_to_json
from voltward.frames.explain import explain
from voltward.frames.explain_text import render
from voltward.frames.frame import FrameError, decode_frame, reencode
from voltward.frames.header import HEADER, bcc

NAMED = {
    *("truncated", "bad_start", "bad_length", "bad_bcc", "trailing_bytes"),
    *("unknown_type", "body_truncated", "bad_time"),
}
EDGES = (0x00, 0x01, 0x7F, 0x80, 0xFD, 0xFE, 0xFF, 0x23, 0x24)


def mutated(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A frame with a few structured changes; mostly its length and BCC are made right again."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        change = rng.randrange(6)
        if change == 0:
            data[at] = rng.choice(EDGES)
        elif change == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 2:
            del data[at : at + rng.randint(1, 8)]
        elif change == 3:
            data[at:at] = rng.randbytes(rng.randint(1, 8))
        elif change == 4:
            data[at:at] = data[at : at + rng.randint(1, 40)]
        else:
            data += rng.choice(seeds)[HEADER:-1]
        if not data:
            data += b"#"
    if len(data) > HEADER and rng.random() < 0.9:
        del data[65_556:]
        data[22:24] = (len(data) - HEADER - 1).to_bytes(2, "big")
        data[-1] = bcc(bytes(data[2:-1]))
    return bytes(data)


def first_failure(
    decode: Callable[[bytes], object], seeds: Sequence[bytes], count: int, seed: int
) -> bytes | None:
    """The first of ``count`` mutated frames on which ``decode`` raises what it must not."""
    rng = random.Random(seed)
    for _ in range(count):
        data = mutated(rng, seeds)
        try:
            decode(data)
        except FrameError as error:
            if error.code not in NAMED:
                return data
        except Exception:
            return data
    return None


@pytest.fixture(scope="module")
def small(good_frames: list[bytes]) -> list[bytes]:
    return [data for data in good_frames if len(data) < 300]


def _decoded(data: bytes) -> None:
    frame = decode_frame(data)
    assert {problem.code for problem in frame.problems} <= NAMED


def test_two_hundred_thousand_mutated_frames_raise_nothing_else(small: list[bytes]) -> None:
    seed = 20_260_315
    assert first_failure(_decoded, small, 200_000, seed) is None, f"seed {seed}"


def test_a_planted_bug_is_found(small: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a build that trusts the time in a frame."""

    def trusting(raw: bytes, at: int) -> None:
        datetime(2000 + raw[0], *raw[1:])

    monkeypatch.setattr("voltward.frames.simple_reading.moment_problem", trusting)
    assert first_failure(_decoded, small, 20_000, 1) is not None


def _everything(data: bytes) -> None:
    """All that is ever done with a frame."""
    explanation = explain(data)
    assert b"".join(line.raw for line in explanation.lines) == data
    render(explanation, masked=True)
    line_to_json(data.hex())
    frame = decode_frame(data)
    frame_to_dict(frame)
    assert reencode(frame) == data


def test_mutated_frames_are_told_explained_and_written_back(small: list[bytes]) -> None:
    assert first_failure(_everything, small, 1_500, 7) is None


def test_random_bytes_are_refused_or_decoded() -> None:
    rng = random.Random(3)
    for _ in range(5_000):
        data = rng.choice([b"", b"##", b"$$", b"#"]) + rng.randbytes(rng.randrange(80))
        told = line_to_json(data.hex())
        assert told.get("error") in NAMED | {None}
        assert explain(data).data == data


@pytest.mark.t3
def test_ten_million_mutated_frames_raise_nothing_and_hold_no_memory(
    good_frames: list[bytes],
) -> None:
    seeds = [data for data in good_frames if len(data) < 1000]
    assert first_failure(_decoded, seeds, 100_000, 0) is None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(1, 100):
        assert first_failure(_decoded, seeds, 100_000, seed) is None, f"seed {seed}"
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib <= 50 * 1024
