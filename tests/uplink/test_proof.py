"""Records of the proof stream."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.base.errors import BadInput
from voltward.uplink.proof import (
    ACCEPTED,
    ENTRY,
    REFUSED,
    ProofBatch,
    proof_from_bytes,
    proof_to_bytes,
)


def batch() -> ProofBatch:
    entries = np.zeros(2, ENTRY)
    entries["position"], entries["vehicle"] = (1 << 40, 7), (2**63, 5)
    entries["outcome"], entries["flag"], entries["stream"] = (ACCEPTED, REFUSED), (1, 4), (0, 1)
    return ProofBatch("national", ("gateway-0", "gateway-1"), entries)


def test_a_batch_comes_back_as_it_was_written() -> None:
    found = proof_from_bytes(proof_to_bytes(batch()))
    assert (found.link, found.streams) == ("national", ("gateway-0", "gateway-1"))
    assert found.entries.tolist() == batch().entries.tolist()


@given(st.integers(0, 200))
def test_a_cut_record_is_refused_or_whole(cut: int) -> None:
    whole = proof_to_bytes(batch())
    if cut >= len(whole):
        return
    try:
        found = proof_from_bytes(whole[:cut])
    except BadInput:
        return
    assert found.entries.tolist() == batch().entries[: len(found.entries)].tolist()


def test_a_stream_that_the_head_does_not_name_is_refused() -> None:
    wrong = batch()
    wrong.entries["stream"][1] = 2
    with pytest.raises(BadInput, match="stream 2 of 2"):
        proof_from_bytes(proof_to_bytes(wrong))


def test_another_version_is_refused() -> None:
    with pytest.raises(BadInput, match="version 9, expected 1"):
        proof_from_bytes(b"\x09" + proof_to_bytes(batch())[1:])
