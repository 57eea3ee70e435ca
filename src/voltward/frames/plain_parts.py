"""Plain lists, texts and octets to raw ones; the parts of ``plain`` that are no single integer."""

from collections.abc import Mapping

from voltward.frames.errors import EncodeError
from voltward.frames.grammar import U8, FaultCodes, Number, Pairs, Parameters, TextGroups, Width
from voltward.frames.quantities import raw_of, whole
from voltward.frames.raws import Raw, Record
from voltward.frames.values import ABNORMAL_WORD, INVALID_WORD


def list_of(name: str, value: object) -> list[object]:
    # Arrays of numpy have tolist; this room does not know them otherwise.
    tolist = getattr(value, "tolist", None)
    if callable(tolist):
        value = tolist()
    if not isinstance(value, list | tuple):
        raise EncodeError(f"{name}: {value!r} is no list")
    return list(value)


def fault_codes(field: FaultCodes, value: object) -> Raw:
    """Integers, or eight hexadecimal digits each; or a code and no list."""
    if value is None or isinstance(value, str):
        return _list_code(field.name, value, field.count)
    codes: list[Raw] = []
    for each in list_of(field.name, value):
        if isinstance(each, str):
            try:
                each = int(each, 16)
            except ValueError:
                raise EncodeError(f"{field.name}: {each!r} is not hexadecimal") from None
        codes.append(whole(field.name, each, field.item))
    return _short_enough(field.name, codes, field.count)


def pairs(field: Pairs, value: object) -> Raw:
    if value is None or isinstance(value, str):
        return _list_code(field.name, value, field.count)
    rows: list[Raw] = []
    for each in list_of(field.name, value):
        row = list_of(field.name, each)
        if len(row) != len(field.columns):
            raise EncodeError(f"{field.name}: {row} has not {len(field.columns)} columns")
        rows.append(
            [
                whole(name, number, width)
                for (name, width), number in zip(field.columns, row, strict=True)
            ]
        )
    return _short_enough(field.name, rows, field.count)


def _list_code(name: str, value: str | None, width: Width) -> int:
    if value is None or value == INVALID_WORD:
        return width.invalid
    if value == ABNORMAL_WORD:
        return width.abnormal
    raise EncodeError(f"{name}: {value!r} is neither a list nor a code")


def _short_enough(name: str, rows: list[Raw], width: Width) -> list[Raw]:
    if len(rows) >= width.abnormal:
        raise EncodeError(f"{name}: {len(rows)} entries, at most {width.abnormal - 1} fit")
    return rows


def text_length(name: str, value: object) -> int:
    """How many bytes a text takes without padding."""
    if isinstance(value, bytes):
        return len(value)
    if not isinstance(value, str):
        raise EncodeError(f"{name}: {value!r} is no text")
    return len(value.encode("gb18030", "replace"))


def text_bytes(name: str, value: object, octets: int, padding: bytes = b"\0") -> bytes:
    """``octets`` characters, padded on the right; bytes must have the length already."""
    if isinstance(value, bytes):
        if len(value) != octets:
            raise EncodeError(f"{name}: {len(value)} bytes, expected {octets}")
        return value
    if not isinstance(value, str):
        raise EncodeError(f"{name}: {value!r} is no text")
    try:
        data = value.encode("gb18030")
    except UnicodeEncodeError:
        raise EncodeError(f"{name}: {value!r} cannot be written in GB 18030") from None
    if len(data) > octets:
        raise EncodeError(f"{name}: {value!r} has {len(data)} bytes, at most {octets} fit")
    return data.ljust(octets, padding)


def text_groups(field: TextGroups, value: object, record: Record) -> Raw:
    groups = [list_of(field.name, group) for group in list_of(field.name, value)]
    counts = record[field.counts]
    if not isinstance(counts, list) or [len(group) for group in groups] != counts:
        raise EncodeError(f"{field.name}: does not agree with {field.counts} {counts!r}")
    return [[text_bytes(field.name, text, field.octets) for text in group] for group in groups]


def octets_of(name: str, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        if isinstance(value, str):
            return bytes.fromhex(value)
    except ValueError:
        pass
    raise EncodeError(f"{name}: {value!r} is neither bytes nor hexadecimal")


def parameter_id(value: object) -> int:
    """A number, or its text such as "0x02"."""
    if isinstance(value, str):
        try:
            value = int(value, 16)
        except ValueError:
            raise EncodeError(f"parameter {value!r} is not hexadecimal") from None
    return whole("parameter", value, U8)


def parameters(field: Parameters, value: object) -> Raw:
    """A mapping of ids and values, or rows of both."""
    given = list(value.items()) if isinstance(value, Mapping) else list_of(field.name, value)
    rows: list[Raw] = []
    lengths: dict[str, int] = {}
    for pair in given:
        row = list_of(field.name, pair)
        if len(row) != 2:
            raise EncodeError(f"{field.name}: {row} is no id and value")
        code = parameter_id(row[0])
        kind = field.table.get(code)
        if kind is None:
            raise EncodeError(f"parameter {code:#04x}: no such parameter in this edition")
        if isinstance(kind, Number):
            lengths[kind.name] = raw_of(kind, row[1])
            rows.append([code, lengths[kind.name]])
            continue
        octets = kind.octets
        assert octets is not None  # only parts of octets end at a separator
        if isinstance(octets, str):
            if octets not in lengths:
                raise EncodeError(f"parameter {code:#04x}: its length must precede it")
            octets = lengths[octets]
        rows.append([code, text_bytes(kind.name, row[1], octets, kind.padding)])
    return rows
