"""Bad parts keep what was good before them; lying counts and lengths cost nothing."""

import tracemalloc
from typing import Any

import pytest

from voltward.frames.as_json import frame_to_dict
from voltward.frames.cursor import Cursor
from voltward.frames.editions import COMMAND
from voltward.frames.frame import Frame, decode_frame, encode_frame, reencode
from voltward.frames.grammar import Edition, Field, Width
from voltward.frames.raws import Raw
from voltward.frames.simple_reading import read_integers

VIN = "LTESTVEH0GB329601"
TIME = bytes((26, 3, 15, 8, 30, 5))
ENGINE = bytes.fromhex("04010834026f")
Y2016, Y2025 = Edition.Y2016, Edition.Y2025


def _decoded(
    unit: bytes, edition: Edition = Y2016, command: int = 0x02, flag: int = COMMAND
) -> Frame:
    data = encode_frame(edition, command, flag, VIN, unit)
    frame = decode_frame(data)
    assert reencode(frame) == data
    return frame


LIES = {
    "60000 probes, 10 sent": (Y2016, "03" + "0000" * 3 + "ea60" + "41" * 10),
    "65533 probes of a pack": (Y2016, "090101fffd" + "41"),
    "250 fault codes": (Y2016, "070000000000fa"),
    "253 motors": (Y2016, "02fd"),
    "65533 parallel units": (Y2025, "070101" + "0000" * 2 + "fffd" + "0e10"),
    "65533 supercapacitors": (Y2025, "3101" + "0000" * 2 + "fffd"),
    "253 stacks": (Y2025, "30fd"),
    "253 flag levels": (Y2025, "060000000000" + "00" * 4 + "fd17"),
    "custom item of 65535": (Y2016, "80ffff"),
    "signature R of 60000": (Y2025, "ff01ea60"),
}


PEAK = 200_000


def _measured(unit: bytes, edition: Edition) -> tuple[Frame, int]:
    """The frame and the most memory that reading and writing it took, in bytes."""
    tracemalloc.start()
    frame = _decoded(unit, edition)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return frame, peak


@pytest.mark.parametrize(("edition", "lie"), LIES.values(), ids=LIES.keys())
def test_a_lying_count_ends_where_the_bytes_end(edition: Edition, lie: str) -> None:
    engine = ENGINE if edition is Y2016 else bytes.fromhex("040834")
    frame, peak = _measured(TIME + engine + bytes.fromhex(lie), edition)
    assert peak < PEAK
    assert [item.name for item in frame.items] == ["engine"]
    (problem,) = frame.problems
    assert problem.code == "body_truncated"
    assert frame.rest == bytes.fromhex(lie)


def test_a_build_that_believes_counts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: room for all that is claimed, before looking at what is there."""

    def believing(cursor: Cursor, field: Field, width: Width, count: int) -> list[Raw]:
        raws: list[Raw] = [None] * count
        raws[:] = read_integers(cursor, field, width, count)
        return raws

    monkeypatch.setattr("voltward.frames.reading.read_integers", believing)
    edition, lie = LIES["60000 probes, 10 sent"]
    assert _measured(TIME + bytes.fromhex(lie), edition)[1] >= PEAK


def test_the_offset_of_a_problem_is_where_the_missing_byte_would_be() -> None:
    frame = _decoded(TIME + bytes.fromhex("02020101"))
    assert frame.error is not None
    assert frame.error.detail == "body_truncated: need 1 have 0 at 10"
    frame = _decoded(TIME + bytes.fromhex("0101010100"))
    assert frame.error is not None
    assert frame.error.detail == "body_truncated: need 2 have 1 at 10"
    assert frame.error.at == 10


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("code", [0x00, 0x0A, 0x2F, 0x34, 0x7F])
def test_a_type_without_a_length_ends_the_reading_and_is_kept(edition: Edition, code: int) -> None:
    engine = ENGINE if edition is Y2016 else bytes.fromhex("040834")
    rest = bytes((code, 1, 2, 3))
    frame = _decoded(TIME + engine + rest, edition)
    assert [problem.detail for problem in frame.problems] == [f"unknown_type: {code:#x}"]
    assert len(frame.items) == 1
    assert frame.rest == rest


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("code", [0x80, 0xC3, 0xFE])
def test_a_vendor_type_is_skipped_by_its_length(edition: Edition, code: int) -> None:
    engine = ENGINE if edition is Y2016 else bytes.fromhex("040834")
    frame = _decoded(TIME + bytes((code, 0, 3, 7, 8, 9)) + engine, edition)
    assert not frame.problems
    assert [item.name for item in frame.items] == ["custom", "engine"]
    assert frame.items[0].values["data_hex"] == b"\x07\x08\x09"


CUT = {
    "login": (0x01, TIME.hex() + "0001" + "38" * 20 + "0218" + "41" * 24, 5, 24),
    "logout": (0x04, TIME.hex() + "00", 1, 1),
    "platform login": (0x05, TIME.hex() + "0001" + "41" * 12 + "42" * 5, 3, 5),
    "parameters": (0x81, TIME.hex() + "0202001e", 2, 3),
}


@pytest.mark.parametrize(("command", "unit", "known", "rest"), CUT.values(), ids=CUT.keys())
def test_fields_before_a_cut_are_kept(command: int, unit: str, known: int, rest: int) -> None:
    frame = _decoded(bytes.fromhex(unit), command=command)
    assert [problem.code for problem in frame.problems] == ["body_truncated"]
    assert len(frame.body.values) == known
    assert len(frame.rest) == rest
    assert "time" in frame_to_dict(frame)["body"]


def test_trailing_bytes_are_kept_and_reported() -> None:
    frame = _decoded(TIME + b"\x00\x01extra", command=0x04)
    assert [problem.detail for problem in frame.problems] == ["trailing_bytes: 5 left"]
    assert frame.rest == b"extra"
    assert frame.body.values["sequence"] == 1
    frame = _decoded(b"surplus", command=0x07)
    assert [problem.detail for problem in frame.problems] == ["trailing_bytes: 7 left"]


def test_nothing_may_follow_a_signature() -> None:
    frame = _decoded(TIME + bytes.fromhex("040834ff0200014100000d"), Y2025)
    assert [problem.detail for problem in frame.problems] == ["trailing_bytes: 1 after signature"]
    assert len(frame.items) == 1
    assert frame.rest == b"\x0d"


@pytest.mark.parametrize("code", [0x00, 0x11, 0x7F, 0xFE])
def test_a_parameter_without_a_known_length_ends_the_reading(code: int) -> None:
    frame = _decoded(TIME + bytes((1, code, 5)), command=0x81)
    assert [problem.detail for problem in frame.problems] == [f"unknown_type: param {code:#x}"]
    assert frame.rest == bytes((code, 5))


def test_a_domain_without_its_length_cannot_be_read() -> None:
    frame = _decoded(TIME + b"\x01\x05gw", command=0x81)
    assert [problem.code for problem in frame.problems] == ["unknown_type"]


@pytest.mark.parametrize("flag", [0x01, 0x02, 0x03, 0x07, 0x55])
@pytest.mark.parametrize("command", [0x01, 0x02, 0x08, 0x80, 0x82, 0x10])
def test_answers_are_read_empty_with_a_time_or_with_an_echo(command: int, flag: int) -> None:
    assert frame_to_dict(_decoded(b"", command=command, flag=flag))["body"] == {}
    told: dict[str, Any] = frame_to_dict(_decoded(TIME, command=command, flag=flag))["body"]
    assert told == {"time": "2026-03-15T08:30:05+08:00"}
    assert decode_frame(encode_frame(Y2016, command, flag, VIN, told)).unit == TIME
    if (command, flag) != (0x80, 0x01):
        told = frame_to_dict(_decoded(TIME + b"\x01\x02", command=command, flag=flag))["body"]
        assert told["echo_hex"] == "0102"


KEYS = "050002beef" + TIME.hex() + "1b030f081e05"
ECHOES = {
    "activation response": (0x0A, "0201", {"result": 2, "info": 1}),
    "key exchange": (
        0x0B,
        KEYS,
        {
            "key_type": "sm4",
            "key_hex": "beef",
            "valid_from": "2026-03-15T08:30:05+08:00",
            "valid_until": "2027-03-15T08:30:05+08:00",
        },
    ),
}


@pytest.mark.parametrize("flag", [0x01, 0x02, 0x07])
@pytest.mark.parametrize(("command", "unit", "said"), ECHOES.values(), ids=ECHOES.keys())
def test_a_command_without_a_leading_time_is_answered_empty_with_a_time_or_echoed(
    command: int, unit: str, said: dict[str, Any], flag: int
) -> None:
    for sent, body in ((b"", {}), (bytes.fromhex(unit), said)):
        frame = _decoded(sent, Y2025, command, flag)
        assert not frame.problems
        assert frame_to_dict(frame)["body"] == body
        assert encode_frame(Y2025, command, flag, VIN, body) == encode_frame(
            Y2025, command, flag, VIN, sent
        )
    frame = _decoded(TIME, Y2025, command, flag)
    assert frame_to_dict(frame)["body"] == {"time": "2026-03-15T08:30:05+08:00"}
    cut = _decoded(bytes.fromhex(unit)[:-1], Y2025, command, flag)
    assert [problem.code for problem in cut.problems] == ["body_truncated"]


def test_an_unknown_flag_and_command_are_told_as_unknown() -> None:
    told = frame_to_dict(_decoded(b"\x01", command=0x70, flag=0x55))
    assert told["command_name"] == told["response_name"] == "unknown"
    assert told["body"] == {"raw_hex": "01"}


@pytest.mark.parametrize("encryption", [0x00, 0x02, 0x03, 0x04, 0x05, 0xFE, 0xFF])
def test_what_is_encrypted_stays_closed(encryption: int) -> None:
    data = encode_frame(Y2025, 0x02, COMMAND, VIN, TIME + b"??", encryption=encryption)
    frame = decode_frame(data)
    assert frame.items == ()
    assert frame.unit == TIME + b"??"
    assert frame_to_dict(frame)["body"] == {"ciphertext_length": 8}
    assert reencode(frame) == data
