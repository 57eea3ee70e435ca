"""R10: any bytes at all end in columns and a verdict; no kernel reads or writes out of bounds."""

import os
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.columns.expected import assert_equal
from tests.columns.made_frames import framed, report

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.columns.join import join_split_cells
from voltward.frames.grammar import Edition

EDITIONS = st.sampled_from(list(Edition))
# Type bytes and small counts come up often, so that bodies are entered and not only refused.
OCTET = st.one_of(st.integers(0, 255), st.sampled_from([1, 2, 3, 5, 6, 7, 8, 9, 0x30, 0x31, 0xFF]))
UNITS = st.lists(OCTET, max_size=160).map(bytes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(UNITS, EDITIONS), min_size=1, max_size=12))
def test_data_units_of_any_bytes_decode_as_the_plain_decoder_says(
    units: list[tuple[bytes, Edition]],
) -> None:
    frames = [framed(unit, edition) for unit, edition in units]
    assert_equal(decode(FrameBatch.of(frames)), frames)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=90), max_size=12))
def test_bytes_that_are_no_frames_get_the_verdict_of_the_plain_decoder(frames: list[bytes]) -> None:
    assert_equal(decode(FrameBatch.of(frames)), frames)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_a_changed_byte_changes_both_decoders_alike(seed: int, data: st.DataObject) -> None:
    chance = random.Random(seed)
    frames = []
    for _ in range(5):
        frame = bytearray(report(chance, chance.choice(list(Edition))))
        for _ in range(data.draw(st.integers(1, 4))):
            frame[data.draw(st.integers(24, len(frame) - 1)) if len(frame) > 25 else 0] = data.draw(
                OCTET
            )
        unit = bytes(frame[24:-1])
        frames.append(framed(unit, Edition.Y2016 if frame[0] == 0x23 else Edition.Y2025))
    assert_equal(decode(FrameBatch.of(frames)), frames)


@pytest.mark.t2
def test_a_hundred_thousand_mutated_frames_decode_as_the_plain_decoder_says() -> None:
    chance = random.Random(10)
    for _ in range(100):
        frames = []
        for _ in range(1000):
            frame = bytearray(report(chance, chance.choice(list(Edition))))
            for _ in range(chance.randrange(4)):
                frame[chance.randrange(len(frame))] = chance.randrange(256)
            edition = Edition.Y2025 if frame[0] == 0x24 else Edition.Y2016
            frames.append(bytes(frame) if chance.random() < 0.3 else framed(frame[24:-1], edition))
        assert_equal(decode(FrameBatch.of(frames)), frames)


def test_a_batch_of_nothing_gives_no_rows() -> None:
    columns = decode(FrameBatch.of([]))
    assert len(columns) == 0
    assert columns.to_arrow().num_rows == 0
    assert len(join_split_cells(columns)) == 0


def test_more_groups_than_there_is_room_for_make_room() -> None:
    """253 motors a frame need more places than the workspace begins with."""
    motors = bytes((0x02, 253)) + bytes(12) * 253
    frame = framed(bytes((26, 3, 15, 8, 30, 5)) + motors)
    columns = decode(FrameBatch.of([frame] * 300))
    assert columns["motor_number"].size == 300 * 253
    assert (np.diff(columns.offsets("motor_number")) == 253).all()
    many_custom = framed(bytes((26, 3, 15, 8, 30, 5)) + bytes((0x80, 0, 0)) * 20_000)
    columns = decode(FrameBatch.of([many_custom] * 3))
    assert columns.of_row("custom", 2).tobytes() == bytes((0x80, 0, 0)) * 20_000


BOUNDS = textwrap.dedent(
    """
    import random, sys
    import numpy as np
    from tests.columns.made_frames import framed, report
    from voltward.columns.batch import FrameBatch
    from voltward.columns.decode import decode
    from voltward.columns.join import join_split_cells
    from voltward.columns.split import split
    from voltward.frames.grammar import Edition

    chance = random.Random(int(sys.argv[1]))
    for _ in range(40):
        frames = [report(chance, chance.choice(list(Edition))) for _ in range(60)]
        for size in range(0, 60):
            body = bytes(chance.choice((1, 2, 3, 6, 7, 8, 9, 0x31, 0xFF, chance.randrange(256)))
                         for _ in range(size))
            frames.append(framed(bytes((26, 3, 15, 8, 30, 5)) + body, chance.choice(list(Edition))))
            frames.append(chance.randbytes(size))
        batch = FrameBatch.of(frames)
        # The last frame ends where the buffer ends, and nothing lies behind it.
        join_split_cells(decode(batch)).to_arrow().validate(full=True)
        cuts = sorted(chance.randrange(batch.buffer.size) for _ in range(5))
        split(batch.buffer, np.array([0, *cuts, batch.buffer.size], np.int64))
    """
)


@pytest.mark.t2
@pytest.mark.parametrize("seed", [1, 2])
def test_no_kernel_leaves_its_arrays(seed: int, pytestconfig: pytest.Config) -> None:
    """With bounds checked by the compiler; its kernels are cached apart from the others."""
    assert pytestconfig.cache is not None
    cache = Path(pytestconfig.cache.mkdir("numba_with_bounds"))
    done = _run(BOUNDS, cache, str(seed))
    assert done.returncode == 0, done.stderr


@pytest.mark.t2
def test_bounds_are_really_checked(pytestconfig: pytest.Config) -> None:
    """The control: a kernel that reads behind its array fails in the same setting."""
    assert pytestconfig.cache is not None
    source = textwrap.dedent(
        """
        import numpy as np
        from voltward.columns.octets import read
        read(np.zeros(3, np.uint8), 2, 2)
        """
    )
    done = _run(source, Path(pytestconfig.cache.mkdir("numba_with_bounds")))
    assert done.returncode != 0
    assert "IndexError" in done.stderr


def _run(source: str, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", source, *arguments],
        env={**os.environ, **settings},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
