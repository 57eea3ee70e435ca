"""Plain values to raw ones: what a simulator or a person writes, checked against the tables."""

from collections.abc import Mapping, Sized
from typing import assert_never

from voltward.frames.errors import EncodeError
from voltward.frames.grammar import (
    Count,
    FaultCodes,
    Field,
    Flags,
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
    Status,
    Text,
    TextGroups,
    Texts,
)
from voltward.frames.layouts import INTEGERS, code_from, counted_by
from voltward.frames.moments import pack_moment
from voltward.frames.plain_parts import (
    fault_codes,
    list_of,
    octets_of,
    pairs,
    parameter_id,
    parameters,
    text_bytes,
    text_groups,
    text_length,
)
from voltward.frames.quantities import raw_of
from voltward.frames.raws import Body, Item, Raw, Record

Plain = Mapping[str, object]
Types = Mapping[int, InfoType]


def body_of(fields: tuple[Field, ...] | None, plain: Plain, types: Types) -> Body:
    """The data unit that says ``plain``.

    Raises:
        EncodeError: what cannot be expressed, with the name of the field and why.
    """
    if fields is None:
        if set(plain) != {"raw_hex"}:
            raise EncodeError("opaque data unit: give its bytes, or raw_hex alone")
        return Body(None, {}, octets_of("raw_hex", plain["raw_hex"]))
    return Body(fields, _record(fields, plain, types))


def item_of(plain: Plain, types: Types) -> Item:
    """The information item that says ``plain``; ``name`` or ``code`` says which type."""
    code, name = plain.get("code"), plain.get("name")
    if code is None:
        code = next((number for number, kind in types.items() if kind.name == name), None)
    kind = types.get(code) if isinstance(code, int) else None
    if kind is None or not isinstance(code, int):
        raise EncodeError(
            f"item: no information type {(code if name is None else name)!r} in this edition"
        )
    if name is not None and name != kind.name:
        raise EncodeError(f"item: type {code:#04x} is {kind.name}, not {name}")
    rest = {key: value for key, value in plain.items() if key not in ("code", "name")}
    try:
        return Item(kind, code, _record(kind.fields, rest, types))
    except EncodeError as error:
        raise EncodeError(f"{kind.name}: {error}") from None


def _record(fields: tuple[Field, ...], plain: Plain, types: Types) -> Record:
    record: Record = {}
    used: set[str] = set()
    full = _with_counts(fields, plain)
    for field in fields:
        value = _given(field, full, used)
        if value is _MISSING:
            value = _default(field)
        record[field.name] = _raw(field, value, fields, record, types)
    unknown = set(plain) - used
    if unknown:
        raise EncodeError(f"no such field: {', '.join(sorted(map(str, unknown)))}")
    _check_counts(fields, record)
    return record


_MISSING = object()


def _given(field: Field, plain: Plain, used: set[str]) -> object:
    """The value given for ``field``, under its name or as its bits."""
    names = [field.name]
    if isinstance(field, Flags):
        names.append(field.list_name)
    used.update(name for name in names if name in plain)
    for name in names:
        if name in plain:
            value = plain[name]
            break
    else:
        value = _MISSING
    if isinstance(field, Status):
        words = {bit.name: plain[bit.name] for bit in field.bits if bit.name in plain}
        used.update(words)
        if value is _MISSING and words:
            return words
    return value


def _with_counts(fields: tuple[Field, ...], plain: Plain) -> Plain:
    """``plain`` and the counts that were left out, taken from their lists."""
    full = dict(plain)
    # The last list first: the groups of texts give the list of counts that gives a count.
    for field in reversed(fields):
        given = full.get(field.name)
        if not isinstance(given, Sized) or isinstance(given, str | bytes):
            continue
        match field:
            case Numbers() | Group() | ParameterIds() | Parameters():
                full.setdefault(field.count, len(given))
            case Texts():
                texts = list_of(field.name, given)
                longest = max((text_length(field.name, text) for text in texts), default=0)
                full.setdefault(field.count, len(texts))
                full.setdefault(field.octets, longest)
            case TextGroups():
                groups = list_of(field.name, given)
                full.setdefault(field.counts, [len(list_of(field.name, group)) for group in groups])
            case _:
                pass
    return full


def _default(field: Field) -> object:
    """What a field that was not given is: lists are empty, numbers and words invalid."""
    match field:
        case Count() | Status() | Flags():
            return 0
        case Numbers() | Group() | FaultCodes() | Pairs() | Items() | Texts() | TextGroups():
            return ()
        case ParameterIds() | Parameters():
            return ()
        case Octets():
            return b""
        case Text():
            return ""
        case Signature() if field.marker is not None:
            return None
        case Moment() | Signature():
            raise EncodeError(f"{field.name}: is missing")
        case _:
            return None


def _check_counts(fields: tuple[Field, ...], record: Record) -> None:
    """A count must be that of its list, or a code with no list."""
    for field in fields:
        if not isinstance(field, Count):
            continue
        listed = counted_by(fields, field.name)
        raws = record[listed.name] if listed is not None else None
        raw = record[field.name]
        if isinstance(raws, list) and isinstance(raw, int):
            expected = 0 if raw >= code_from(fields, field.name) else raw
            if len(raws) != expected:
                assert listed is not None
                raise EncodeError(f"{field.name}: {raw}, but {listed.name} has {len(raws)}")


def _raw(
    field: Field, value: object, fields: tuple[Field, ...], record: Record, types: Types
) -> Raw:
    if isinstance(field, INTEGERS):
        return raw_of(field, value)
    match field:
        case Numbers():
            return [raw_of(field.item, each) for each in list_of(field.name, value)]
        case Group():
            rows = [_plain(field.name, each) for each in list_of(field.name, value)]
            return [_record(field.fields, row, types) for row in rows]
        case FaultCodes():
            return fault_codes(field, value)
        case Pairs():
            return pairs(field, value)
        case Text():
            assert isinstance(field.octets, int)
            return text_bytes(field.name, value, field.octets, field.padding)
        case Texts():
            octets = record[field.octets]
            assert isinstance(octets, int)
            if octets >= code_from(fields, field.octets):
                octets = 0
            return [text_bytes(field.name, each, octets) for each in list_of(field.name, value)]
        case TextGroups():
            return text_groups(field, value, record)
        case Octets():
            return octets_of(field.name, value)
        case Moment():
            return pack_moment(field.name, value)
        case Items():
            return [
                each if isinstance(each, Item) else item_of(_plain(field.name, each), types)
                for each in list_of(field.name, value)
            ]
        case Signature():
            return None if value is None else _record(field.fields, _plain(field.name, value), {})
        case ParameterIds():
            return [parameter_id(each) for each in list_of(field.name, value)]
        case Parameters():
            return parameters(field, value)
        case _:
            assert_never(field)


def _plain(name: str, value: object) -> Plain:
    if not isinstance(value, Mapping):
        raise EncodeError(f"{name}: {value!r} is no mapping")
    return value
