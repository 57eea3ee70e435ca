"""Every given vector: the same facts, and the same bytes again."""

import json
from typing import Any

import pytest

from voltward.frames.as_json import line_to_json
from voltward.frames.editions import EDITION_OF
from voltward.frames.frame import FrameError, decode_frame, encode_frame, reencode
from voltward.frames.reader import FrameReader

Vector = dict[str, Any]
NO_FRAME = {"truncated", "bad_start", "bad_length", "bad_bcc"}


def _same(got: object, expected: object) -> bool:
    """Equal, and ints are not floats."""
    return json.dumps(got, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_a_vector_is_decoded_to_exactly_its_facts(frame_vector: Vector) -> None:
    assert _same(line_to_json(frame_vector["hex"]), frame_vector["expect"])


def test_a_vector_is_written_back_byte_for_byte(frame_vector: Vector) -> None:
    data = bytes.fromhex(frame_vector["hex"])
    if frame_vector.get("error") in NO_FRAME:
        with pytest.raises(FrameError) as refused:
            decode_frame(data)
        assert refused.value.code == frame_vector["error"]
    else:
        assert reencode(decode_frame(data)) == data


def test_the_facts_of_a_valid_vector_are_encoded_to_its_bytes(frame_vector: Vector) -> None:
    data = bytes.fromhex(frame_vector["hex"])
    facts = frame_vector["expect"]
    if frame_vector["kind"] != "valid" or "ciphertext_length" in facts["body"]:
        return
    edition = EDITION_OF[data[:2]]
    name = facts["unique_id"]
    again = encode_frame(edition, facts["command"], facts["response"], name, facts["body"])
    assert again == data


def test_a_stream_vector_holds_as_many_frames_as_it_says(stream_vector: Vector) -> None:
    reader = FrameReader()
    pieces = reader.feed(bytes.fromhex(stream_vector["hex"]))
    assert sum(piece.is_frame for piece in pieces) == stream_vector["frames_in_stream"]


def test_a_wrong_scale_would_be_noticed(
    vectors: list[Vector], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: multiplying by 0.1 is not dividing by 10."""
    monkeypatch.setattr(
        "voltward.frames.values.physical",
        lambda field, raw: raw * (1 / field.per_unit) + field.offset,
    )
    rows = [row for row in vectors if row["kind"] == "valid" and "frames_in_stream" not in row]
    assert any(not _same(line_to_json(row["hex"]), row["expect"]) for row in rows)


def test_a_line_that_is_not_hexadecimal_is_a_named_error() -> None:
    assert line_to_json("23 2g")["error"] == "not_hex"
    assert line_to_json("")["error"] == "truncated"
    assert line_to_json("2")["error"] == "not_hex"


def test_spaces_between_bytes_do_not_matter() -> None:
    packed = "232307fe4c5445535456454830474233323936303101"
    spaced = " ".join(packed[i : i + 2] for i in range(0, len(packed), 2))
    assert line_to_json(spaced + "\n") == line_to_json(packed)
