"""No word is missing, in either language; the names agree with what the tables can say."""

import re
from collections.abc import Iterator

import pytest

from voltward.frames import words
from voltward.frames.editions import ANSWERS, COMMANDS, ENCRYPTIONS, INFO_TYPES
from voltward.frames.gbt45688.extension import EXTENSION, EXTENSION_NAME
from voltward.frames.grammar import (
    Address,
    Choice,
    Edition,
    Field,
    Flags,
    Gear,
    Group,
    Number,
    Octets,
    Pairs,
    Parameters,
    Signature,
    Status,
)
from voltward.frames.values import Reason
from voltward.frames.words import Phrase
from voltward.frames.words.alarms import ALARM_FLAGS
from voltward.frames.words.choices import CHOICES
from voltward.frames.words.codes import PARTS, PROBLEMS, UNKNOWN
from voltward.frames.words.fields import FIELDS


def _tables() -> Iterator[tuple[str, tuple[Field, ...]]]:
    for edition in Edition:
        for kind in {id(kind): kind for kind in INFO_TYPES[edition].values()}.values():
            yield kind.name, kind.fields
        for command in COMMANDS[edition].values():
            yield command.name, command.fields
            yield command.name, command.answer
    yield EXTENSION_NAME, EXTENSION


def _fields(fields: tuple[Field, ...]) -> Iterator[Field | Address]:
    for field in fields:
        yield field
        if isinstance(field, Group | Signature):
            yield from _fields(field.fields)
        if isinstance(field, Parameters):
            yield from field.table.values()
        if isinstance(field, Octets):
            for parts in field.parts.values():
                yield from (each for one in parts for each in one.fields)


ALL = [(scope, field) for scope, fields in _tables() for field in _fields(fields)]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Names that are written the same in Chinese: standards, units and abbreviations.
SAME_IN_BOTH = re.compile(r"[A-Z0-9a-z/·%°℃Ω\- .]+")


def _is_complete(phrase: Phrase) -> bool:
    zh_fits = CHINESE.search(phrase.zh) or SAME_IN_BOTH.fullmatch(phrase.zh)
    return bool(zh_fits) and bool(phrase.en) and not CHINESE.search(phrase.en)


def test_every_field_has_a_name() -> None:
    for scope, field in ALL:
        assert f"{scope}.{field.name}" in FIELDS or field.name in FIELDS, (scope, field.name)
        names = [field.name]
        if isinstance(field, Status):
            names += [bit.name for bit in field.bits]
        if isinstance(field, Flags):
            names.append(field.list_name)
        if isinstance(field, Pairs):
            names += [name for name, _ in field.columns]
        for name in names:
            assert _is_complete(words.field(name, scope)), (scope, name)


OF_2025 = {
    "vehicle_login.subsystems": "电池管理系统个数",
    "vehicle_login.pack_codes": "动力蓄电池包编码",
    "cell_voltages.pack_count": "动力蓄电池包个数",
    "cell_voltages.packs": "动力蓄电池包",
    "cell_voltages.cell_count": "最小并联单元总数",
    "cell_voltages.cell_voltages_v": "最小并联单元电压",
    "probe_temps.number": "动力蓄电池包号",
}


@pytest.mark.parametrize(("name", "chinese"), OF_2025.items())
def test_2025_has_its_own_names_and_2016_keeps_its(name: str, chinese: str) -> None:
    scope, _, own = name.partition(".")
    assert words.field(own, scope, Edition.Y2025).zh == chinese
    assert words.field(own, scope, Edition.Y2016) == words.field(own, scope)
    assert words.field(own, scope).zh != chinese


def test_every_name_of_one_edition_is_that_of_one_of_its_fields() -> None:
    known = {
        f"{int(edition)}.{table.name}.{field.name}"
        for edition in Edition
        for table in (*INFO_TYPES[edition].values(), *COMMANDS[edition].values())
        for field in _fields(table.fields)
    }
    of_one = {name for name in FIELDS if name[:4].isdigit()}
    assert of_one <= known
    assert all(_is_complete(FIELDS[name]) for name in of_one)


@pytest.mark.parametrize("edition", list(Edition))
def test_no_two_rows_of_a_command_are_called_the_same(edition: Edition) -> None:
    for command in COMMANDS[edition].values():
        names = [words.field(field.name, command.name, edition) for field in command.fields]
        assert len(set(names)) == len(names), command.name


def test_faults_and_hazards_are_told_apart_where_they_share_a_quantity() -> None:
    assert words.field("fault_motor_temp", "handling").zh == "故障：驱动电机温度"
    assert words.field("hazard_motor_temp", "handling").zh == "隐患：驱动电机温度"
    for name in FIELDS:
        for start, sign in (("fault_", "故障"), ("hazard_", "隐患")):
            assert not name.startswith(start) or FIELDS[name].zh.startswith(sign), name


def _choices(scope: str, field: Field | Address) -> Iterator[tuple[str, str, str]]:
    if isinstance(field, Choice):
        yield from ((word, field.name, scope) for word in field.choices.values())
    if isinstance(field, Number):
        yield from ((word, field.name, scope) for word in field.special.values())
        yield from ((word, field.name, scope) for word in field.named.values())
    if isinstance(field, Gear):
        yield from ((word, field.name, scope) for word in field.positions.values())
    if isinstance(field, Status):
        for bit in field.bits:
            yield from ((word, bit.name, scope) for word in (bit.clear, bit.set))


def test_every_choice_has_a_name_of_its_own_field() -> None:
    for scope, field in ALL:
        for word, name, where in _choices(scope, field):
            keys = (f"{where}.{name}.{word}", f"{name}.{word}", word)
            assert any(key in CHOICES for key in keys), keys
            assert _is_complete(words.choice(word, name, where)), keys


@pytest.mark.parametrize("edition", list(Edition))
def test_every_code_of_an_edition_has_a_name(edition: Edition) -> None:
    for kind in INFO_TYPES[edition].values():
        assert _is_complete(words.info_type(edition, kind.name)), kind.name
        assert words.info_type(edition, kind.name) is not UNKNOWN
    for command in COMMANDS[edition].values():
        assert words.command(command.name) is not UNKNOWN, command.name
    for name in ANSWERS[edition].values():
        assert words.answer(name) is not UNKNOWN, name
    for name in ENCRYPTIONS[edition].values():
        assert words.encryption(name) is not UNKNOWN, name


def test_every_alarm_bit_has_a_name_and_no_name_is_left_over() -> None:
    used = {name for _, field in ALL if isinstance(field, Flags) for name in field.bits.values()}
    assert used == set(ALARM_FLAGS)
    for name in used:
        assert _is_complete(words.alarm_flag(name)), name


def test_the_alarm_bits_are_those_of_each_edition() -> None:
    flags = {
        edition: next(
            field
            for kind in INFO_TYPES[edition].values()
            for field in kind.fields
            if isinstance(field, Flags)
        )
        for edition in Edition
    }
    assert list(flags[Edition.Y2016].bits) == list(range(19))
    assert list(flags[Edition.Y2025].bits) == list(range(28))
    assert flags[Edition.Y2025].bits[23] == "storage_thermal_event"
    names = [words.alarm_flag(flags[edition].bits[11]).zh for edition in Edition]
    assert names == ["绝缘报警", "绝缘电阻失效报警"]


def test_every_reason_problem_and_part_has_a_name() -> None:
    for reason in Reason:
        assert _is_complete(words.reason(reason))
    for phrase in (*PARTS.values(), *PROBLEMS.values(), *CHOICES.values(), *FIELDS.values()):
        assert _is_complete(phrase), phrase


def test_every_quantity_has_the_unit_that_its_name_ends_in() -> None:
    without = {
        *("number", "level", "fault_level", "sequence", "command", "result", "info"),
        *("first_cell", "cell_count", "platform_port", "public_platform_port", "upgrade_port"),
        *("platform_domain_length", "public_platform_domain_length", "sampling_active"),
    }
    places = re.compile(r".*(highest|lowest)_.*_(pack|cell|probe|system|sensor)")
    for scope, field in ALL:
        if isinstance(field, Number) and not places.fullmatch(field.name):
            assert field.name in without or words.unit_of(field.name).en, (scope, field.name)


def test_a_phrase_is_chinese_unless_english_is_asked_for() -> None:
    phrase = words.info_type(Edition.Y2016, "vehicle")
    assert phrase.text("zh-hans") == phrase.text("de") == "整车数据"
    assert phrase.text("en") == phrase.text("en-GB") == "Vehicle"


def test_what_has_no_name_is_still_shown() -> None:
    assert words.field("novel") == Phrase("novel", "novel")
    assert words.choice("novel") == Phrase("novel", "novel")
    assert words.command("novel") is UNKNOWN
