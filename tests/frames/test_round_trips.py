"""Writing is the exact inverse of reading: every command, type and edition, whatever the values."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voltward.frames.editions import COMMAND, COMMANDS, INFO_TYPES
from voltward.frames.frame import Frame, decode_frame, encode_frame, reencode
from voltward.frames.grammar import (
    Count,
    Edition,
    FaultCodes,
    Field,
    Group,
    InfoType,
    Items,
    Moment,
    Numbers,
    Octets,
    Pairs,
    ParameterIds,
    Parameters,
    Signature,
    Text,
    TextGroups,
    Texts,
    Width,
)
from voltward.frames.layouts import INTEGERS, code_from
from voltward.frames.raws import Body, Item

VIN = "LTESTVEH0GB329601"
PROFILE = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def raws(width: Width) -> st.SearchStrategy[int]:
    """Any value, with the codes and the ends more often than chance would have them."""
    ends = [0, 1, width.largest - 2, width.abnormal, width.invalid]
    return st.sampled_from(ends) | st.integers(0, width.largest)


@st.composite
def records(draw: st.DrawFn, fields: tuple[Field, ...]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in fields:
        record[field.name] = draw(raw_value(field, fields, record))
    return record


def _listed(fields: tuple[Field, ...], record: dict[str, Any], name: str) -> int:
    raw = record[name]
    return 0 if raw >= code_from(fields, name) else raw


def raw_value(
    field: Field, fields: tuple[Field, ...], record: dict[str, Any]
) -> st.SearchStrategy[Any]:
    match field:
        case Count():
            codes = st.sampled_from([field.width.abnormal, field.width.invalid])
            return st.integers(0, 4) | codes
        case Numbers():
            count = _listed(fields, record, field.count)
            return st.lists(_item_raws(field), min_size=count, max_size=count)
        case Group():
            count = _listed(fields, record, field.count)
            return st.lists(records(field.fields), min_size=count, max_size=count)
        case FaultCodes():
            code = st.sampled_from([field.count.abnormal, field.count.invalid])
            return st.lists(raws(field.item), max_size=5) | code
        case Pairs():
            code = st.sampled_from([field.count.abnormal, field.count.invalid])
            row = st.tuples(*(raws(width) for _, width in field.columns)).map(list)
            return st.lists(row, max_size=5) | code
        case Items():
            return st.lists(any_item(), max_size=4)
        case _ if isinstance(field, INTEGERS):
            return raws(field.width)
        case _:
            return raw_bytes(field, fields, record)


def raw_bytes(
    field: Field, fields: tuple[Field, ...], record: dict[str, Any]
) -> st.SearchStrategy[Any]:
    match field:
        case Text(octets=int(octets)):
            return st.binary(min_size=octets, max_size=octets)
        case Texts():
            count = _listed(fields, record, field.count)
            octets = _listed(fields, record, field.octets)
            text = st.binary(min_size=octets, max_size=octets)
            return st.lists(text, min_size=count, max_size=count)
        case TextGroups():
            texts = st.binary(min_size=field.octets, max_size=field.octets)
            code = code_from(fields, field.counts)
            counts = [0 if count >= code else count for count in record[field.counts]]
            return st.tuples(*(st.lists(texts, min_size=n, max_size=n) for n in counts)).map(list)
        case Octets():
            return st.binary(min_size=0, max_size=40)
        case Moment():
            return st.binary(min_size=6, max_size=6)
        case Signature():
            block = records(field.fields)
            return block if field.marker is None else st.none() | block
        case ParameterIds():
            count = _listed(fields, record, field.count)
            return st.lists(st.integers(0, 255), min_size=count, max_size=count)
        case Parameters():
            return parameter_rows(field, _listed(fields, record, field.count))
        case _:
            raise AssertionError(field)


def _item_raws(field: Numbers) -> st.SearchStrategy[int]:
    """Lists of counts stay short, so that what they count fits in a frame."""
    return (
        st.integers(0, 3) | st.just(255)
        if field.name == "packs_per_bms"
        else raws(field.item.width)
    )


@st.composite
def parameter_rows(draw: st.DrawFn, field: Parameters, count: int) -> list[list[Any]]:
    rows: list[list[Any]] = []
    lengths: dict[str, int] = {}
    for _ in range(count):
        usable = [
            code
            for code, value in field.table.items()
            if not isinstance(value, Text)
            or isinstance(value.octets, int)
            or value.octets in lengths
        ]
        code = draw(st.sampled_from(usable))
        value = field.table[code]
        if isinstance(value, Text):
            octets = value.octets if isinstance(value.octets, int) else lengths[value.octets]
            rows.append([code, draw(st.binary(min_size=octets, max_size=octets))])
        else:
            lengths[value.name] = draw(raws(value.width))
            rows.append([code, lengths[value.name]])
    return rows


EDITION = st.shared(st.sampled_from(list(Edition)), key="edition")


@st.composite
def any_item(draw: st.DrawFn) -> Item:
    edition = draw(EDITION)
    code = draw(st.sampled_from(sorted(INFO_TYPES[edition])))
    return draw(items_of(INFO_TYPES[edition][code], code))


def items_of(kind: InfoType, code: int) -> st.SearchStrategy[Item]:
    return records(kind.fields).map(lambda record: Item(kind, code, record))


def _read_again(edition: Edition, command: int, response: int, body: Body) -> Frame:
    data = encode_frame(edition, command, response, VIN, body)
    frame = decode_frame(data)
    assert reencode(frame) == data
    return frame


def _bad(frame: Frame) -> list[str]:
    """Problems other than times that do not exist, which random bytes mostly are."""
    return [problem.code for problem in frame.problems if problem.code != "bad_time"]


@pytest.mark.parametrize(
    "kind",
    [kind for types in INFO_TYPES.values() for kind in {id(k): k for k in types.values()}.values()],
    ids=lambda kind: f"{int(kind.edition)} {kind.name}",
)
@PROFILE
@given(data=st.data())
def test_every_information_type_survives_any_values(kind: InfoType, data: st.DataObject) -> None:
    item = data.draw(items_of(kind, kind.code))
    command = COMMANDS[kind.edition][0x02]
    values: dict[str, Any] = {"time": bytes((26, 3, 15, 8, 30, 5)), "items": [item]}
    if kind.edition is Edition.Y2025:
        values["signature"] = None
    frame = _read_again(kind.edition, 0x02, COMMAND, Body(command.fields, values))
    assert not frame.problems
    assert frame.items == (item,)


LAYOUTS = [
    (edition, command, response, fields)
    for edition, commands in COMMANDS.items()
    for command in commands.values()
    for response, fields in ((COMMAND, command.fields), (0x01, command.answer))
    if fields
]


@pytest.mark.parametrize(
    ("edition", "command", "response", "fields"),
    LAYOUTS,
    ids=lambda value: value.name if hasattr(value, "source") else "",
)
@PROFILE
@given(data=st.data())
def test_every_command_survives_any_values(
    edition: Edition, command: Any, response: int, fields: tuple[Field, ...], data: st.DataObject
) -> None:
    data.draw(EDITION.filter(lambda drawn: drawn is edition))
    values = data.draw(records(fields))
    frame = _read_again(edition, command.code, response, Body(fields, values))
    assert not _bad(frame)
    assert frame.body == Body(fields, values)


@PROFILE
@given(data=st.data())
def test_bytes_that_are_not_understood_are_written_back(data: st.DataObject) -> None:
    edition = data.draw(EDITION)
    command = data.draw(st.sampled_from(sorted(COMMANDS[edition])))
    response = data.draw(st.sampled_from([COMMAND, 1, 2, 0]))
    unit = data.draw(st.binary(max_size=80))
    sent = encode_frame(edition, command, response, VIN, unit)
    assert reencode(decode_frame(sent)) == sent


@PROFILE
@given(data=st.data())
def test_a_good_item_before_an_unknown_rest_is_kept(data: st.DataObject) -> None:
    edition = data.draw(EDITION)
    items = data.draw(st.lists(any_item(), max_size=3))
    rest = bytes((0x0A,)) + data.draw(st.binary(max_size=30))
    fields = COMMANDS[edition][0x03].fields
    values: dict[str, Any] = {"time": bytes(6), "items": items}
    frame = _read_again(edition, 0x03, COMMAND, Body(fields, values, rest))
    assert frame.items == tuple(items)
    assert frame.rest == rest
    assert _bad(frame) == ["unknown_type"]


def test_a_table_of_the_other_edition_is_noticed(good_frames: list[bytes]) -> None:
    """Negative control: were one edition derived from the other, items would not come back."""
    sent = next(data for data in good_frames if data[:3] == b"$$\x02" and data[30] == 1)
    wrong = b"##" + sent[2:]
    right = decode_frame(sent).items
    assert [item.values for item in decode_frame(wrong).items] != [item.values for item in right]
