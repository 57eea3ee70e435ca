"""Whole frames out of plain values: every kind of body, and clear refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from voltward.frames.as_json import frame_to_dict
from voltward.frames.editions import COMMAND
from voltward.frames.frame import EncodeError, decode_frame, encode_frame, realtime
from voltward.frames.grammar import Edition

VIN = "LTESTVEH0GB329601"
WHEN = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
Y2016, Y2025 = Edition.Y2016, Edition.Y2025
VEHICLE = {"name": "vehicle", "gear": "D", "insulation_kohm": 5000}


def test_a_login_derives_its_counts_from_the_pack_codes() -> None:
    code = "001PE0AA00001BC6D0000001"
    login = {"time": WHEN, "sequence": 1, "iccid": "89860012345678901234"}
    old = encode_frame(Y2016, 0x01, COMMAND, VIN, {**login, "pack_codes": [code, code]})
    body = frame_to_dict(decode_frame(old))["body"]
    assert (body["subsystems"], body["code_length"], body["pack_codes"]) == (2, 24, [code, code])
    new = encode_frame(Y2025, 0x01, COMMAND, VIN, {**login, "pack_codes": [[code], [], [code]]})
    body = frame_to_dict(decode_frame(new))["body"]
    assert (body["subsystems"], body["packs_per_bms"]) == (3, [1, 0, 1])
    bare = frame_to_dict(decode_frame(encode_frame(Y2025, 0x01, COMMAND, VIN, login)))["body"]
    assert bare["subsystems"] == 0


@pytest.mark.parametrize("code", [0xFE, 0xFF])
def test_pack_codes_of_a_length_that_is_a_code_take_no_bytes(code: int) -> None:
    login = {"time": WHEN, "sequence": 1, "iccid": "89860012345678901234", "code_length": code}
    sent = encode_frame(Y2016, 0x01, COMMAND, VIN, {**login, "pack_codes": ["", ""]})
    assert sent[52:-1] == bytes((2, code))
    body = frame_to_dict(decode_frame(sent))["body"]
    assert (body["code_length"], body["pack_codes"]) == (code, ["", ""])
    with pytest.raises(EncodeError, match="at most 0 fit"):
        encode_frame(Y2016, 0x01, COMMAND, VIN, {**login, "pack_codes": ["A", "B"]})


@pytest.mark.parametrize("edition", list(Edition))
def test_a_parameter_query_and_its_answer_can_be_written(edition: Edition) -> None:
    asked = encode_frame(edition, 0x80, COMMAND, VIN, {"time": WHEN, "ids": ["0x01", 9]})
    assert asked[30:33] == b"\x02\x01\x09"
    assert frame_to_dict(decode_frame(asked))["body"]["ids"] == ["0x01", "0x09"]
    params = {"0x01": 10.0, "0x04": 2, "0x05": "gw", "0x10": 2}
    answer = encode_frame(edition, 0x80, 0x01, VIN, {"time": WHEN, "params": params})
    assert frame_to_dict(decode_frame(answer))["body"]["params"] == params
    with pytest.raises(EncodeError, match="its length must precede it"):
        encode_frame(edition, 0x81, COMMAND, VIN, {"time": WHEN, "params": {"0x05": "gw"}})
    with pytest.raises(EncodeError, match="no such parameter"):
        encode_frame(edition, 0x81, COMMAND, VIN, {"time": WHEN, "params": {"0x11": 1}})


@pytest.mark.parametrize("code", [0xFE, 0xFF])
def test_a_parameter_count_that_is_a_code_has_no_list(code: int) -> None:
    sent = encode_frame(Y2025, 0x81, COMMAND, VIN, {"time": WHEN, "count": code})
    assert sent[30:-1] == bytes((code,))
    assert not decode_frame(sent).problems


def test_chinese_text_is_gb_18030_and_must_fit() -> None:
    login = {"time": WHEN, "sequence": 1, "password": "p", "encryption": "none"}
    sent = encode_frame(Y2016, 0x05, COMMAND, VIN, {**login, "user": "伏卫平台"})
    assert frame_to_dict(decode_frame(sent))["body"]["user"] == "伏卫平台"
    with pytest.raises(EncodeError, match="14 bytes, at most 12 fit"):
        encode_frame(Y2016, 0x05, COMMAND, VIN, {**login, "user": "伏卫平台用户名"})


def test_frames_of_any_kind_of_body_can_be_written() -> None:
    heartbeat = encode_frame(Y2016, 0x07, COMMAND, VIN, {})
    assert len(heartbeat) == 25
    answer = encode_frame(Y2016, 0x08, 0x01, VIN, {"time": WHEN})
    assert frame_to_dict(decode_frame(answer))["body"] == {"time": "2026-03-15T08:30:05+08:00"}
    sealed = encode_frame(Y2025, 0x02, COMMAND, VIN, b"secret", encryption=5)
    assert frame_to_dict(decode_frame(sealed))["body"] == {"ciphertext_length": 6}
    agreed = encode_frame(Y2025, 0xC0, COMMAND, VIN, {"raw_hex": "beef"})
    assert decode_frame(agreed).unit == b"\xbe\xef"
    with pytest.raises(EncodeError, match="opaque data unit"):
        encode_frame(Y2025, 0x02, COMMAND, VIN, {"time": WHEN}, encryption=3)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((Y2016, 0x07, COMMAND, "X" * 18, {}), "18 bytes, at most 17 fit"),
        ((Y2016, 0xC0, COMMAND, VIN, b"x" * 65_532), "65532 bytes, at most 65531 fit"),
        ((Y2016, 256, COMMAND, VIN, b""), "command: 256 is not a byte"),
        ((Y2016, 0x04, COMMAND, VIN, {"sequence": 1}), "time: is missing"),
        ((Y2016, 0x04, COMMAND, VIN, {"time": WHEN}), "sequence: None has no code"),
        ((Y2016, 0x02, COMMAND, VIN, {"time": WHEN, "items": 5}), "items: 5 is no list"),
        (
            (Y2016, 0x81, COMMAND, VIN, {"time": WHEN, "count": 5, "params": {"0x02": 30}}),
            "count: 5, but params has 1",
        ),
        (
            (Y2025, 0x80, COMMAND, VIN, {"time": WHEN, "count": 5, "ids": ["0x01"]}),
            "count: 5, but ids has 1",
        ),
        (
            (Y2025, 0x80, 0x01, VIN, {"time": WHEN, "count": 0xFE, "params": {"0x02": 30}}),
            "count: 254, but params has 1",
        ),
        ((Y2025, 0x09, COMMAND, VIN, {"time": WHEN}), "signature: is missing"),
        ((Y2025, 0x0A, COMMAND, VIN, {"result": 1.5, "info": 300}), "info: 300 does not fit"),
    ],
)
def test_a_bad_frame_is_refused(arguments: tuple[Any, ...], text: str) -> None:
    with pytest.raises(EncodeError) as refused:
        encode_frame(*arguments)
    assert text in str(refused.value)


def test_a_unique_id_that_is_short_is_padded_with_nul() -> None:
    frame = decode_frame(encode_frame(Y2016, 0x07, COMMAND, "SHORT", {}))
    assert frame.header.unique_id == b"SHORT" + bytes(12)
    assert frame.header.vin == "SHORT"
    assert frame.header.is_command


def test_decoded_items_can_be_sent_on_in_a_new_frame() -> None:
    first = decode_frame(realtime(Y2016, VIN, 0x02, WHEN, [VEHICLE]))
    again = realtime(Y2016, VIN, 0x03, WHEN, [*first.items, {"name": "alarms", "level": 0}])
    assert decode_frame(again).items[0] == first.items[0]
