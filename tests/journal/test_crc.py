"""CRC32C against published vectors and a bit-by-bit reference."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.journal.crc import crc32c, crc32c_by_table, crc32c_step, flipped_bit


def bitwise(data: bytes) -> int:
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0x00000000),
        (b"123456789", 0xE3069283),
        # RFC 3720 B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
        (
            bytes.fromhex(
                "01c00000000000000000000000000000140000000000040000000014000000182800000000000000"
                "0200000000000000"
            ),
            0xD9963A56,
        ),
    ],
)
def test_published_vectors_match(data: bytes, expected: int) -> None:
    assert crc32c(data) == expected


@given(st.binary(max_size=100), st.integers(0, 2**32 - 1), st.integers(0, 20))
def test_the_processor_and_the_table_agree(data: bytes, state: int, start: int) -> None:
    """On a processor without the instruction both are the table."""
    array = np.frombuffer(data, np.uint8)
    start = min(start, array.size)
    expected = crc32c_by_table(state, array, start, array.size)
    assert crc32c_step(state, array, start, array.size) == expected


@pytest.mark.t2
def test_another_processor_gets_the_table(tmp_path: Path) -> None:
    """Code for a processor that lacks the instruction would end the process when compiled."""
    program = "from voltward.journal.crc import *; print(crc32c_step is crc32c_by_table, hex(crc32c(b'123456789')))"
    environment = {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True 0xe3069283\n"


@given(st.binary(max_size=200))
def test_eight_bytes_a_step_equal_one_bit_a_step(data: bytes) -> None:
    assert crc32c(data) == bitwise(data)


@given(st.binary(min_size=1, max_size=300), st.integers(min_value=0))
def test_the_one_turned_bit_is_found_from_the_two_sums(data: bytes, where: int) -> None:
    bit = where % (8 * len(data))
    turned = bytearray(data)
    turned[bit // 8] ^= 1 << bit % 8
    assert flipped_bit(crc32c(data) ^ crc32c(bytes(turned)), len(data)) == bit


def test_two_turned_bits_are_not_taken_for_one() -> None:
    data = bytes(300)
    for first, second in ((0, 1), (7, 2000), (100, 2399)):
        turned = bytearray(data)
        turned[first // 8] ^= 1 << first % 8
        turned[second // 8] ^= 1 << second % 8
        assert flipped_bit(crc32c(data) ^ crc32c(bytes(turned)), len(data)) == -1
    assert flipped_bit(0, 300) == -1


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_sum_may_be_taken_in_two_parts(first: bytes, second: bytes) -> None:
    both = np.frombuffer(first + second, np.uint8)
    half = crc32c_step(0xFFFFFFFF, both, 0, len(first))
    assert crc32c_step(half, both, len(first), both.size) ^ 0xFFFFFFFF == crc32c(first + second)
