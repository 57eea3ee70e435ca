"""Commands to vehicles as bytes: parameter query and set, terminal control (GB/T 32960.3 annex B).

The body of a command is JSON: ``{"ids": [1, 2]}``, ``{"values": {"2": 10}}``, ``{"level": 2, "text":
"…"}`` for an alarm, the fields of ``UPGRADE_FIELDS`` for an upgrade, and nothing for other controls.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address
from typing import Any, Final

from voltward.base.errors import BadInput
from voltward.base.units import BEIJING
from voltward.exchange.models.downlink import ALARM, CODES, CONTROL, QUERY, SET, UPGRADE
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition, Number, Text
from voltward.frames.y2016.commands import parameters as of_2016
from voltward.frames.y2025.commands import parameters as of_2025

TABLES: Final[Mapping[int, Mapping[int, Number | Text]]] = {
    2016: of_2016.PARAMETER_TABLE,
    2025: of_2025.PARAMETER_TABLE,
}
LENGTHS: Final = {0x05: 0x04, 0x0E: 0x0D}  # a domain's length goes before it
READ_ONLY: Final = frozenset({0x07, 0x08})  # versions of hardware and firmware
SETTABLE: Final = tuple(
    code for code in of_2016.PARAMETER_TABLE if code not in READ_ONLY | set(LENGTHS.values())
)
UPGRADE_FIELDS: Final = (
    "upgrade_url", "dial_apn", "dial_user", "upgrade_address", "upgrade_port", "terminal_maker_id",
    "hardware_version", "firmware_version", "upgrade_limit_min",
)  # fmt: skip
SEPARATOR: Final = b";"
MOST_NUMBER: Final = 0xFFFF
_WIDTHS: Final = {"terminal_maker_id": 4, "hardware_version": 5, "firmware_version": 5}
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=BEIJING)  # until it is sent


def frame_of(
    *, vin: str, edition: int, kind: str, control: int | None, body: Mapping[str, Any],
    password: str = "",
) -> bytes:  # fmt: skip
    """The whole command; its time is filled in when it is sent.

    Raises:
        BadInput: no such command, or a value that the edition cannot express.
    """
    if edition not in TABLES or kind not in CODES or (kind == CONTROL) != (control is not None):
        raise BadInput(f"command: {kind} {control} of edition {edition}")
    unit: dict[str, object] = {"time": _NO_TIME}
    try:
        if kind == QUERY:
            unit["ids"] = _ids(body, edition)
        elif kind == SET:
            unit["params"] = _values(body, edition)
        else:
            unit["command"] = control
            unit["parameter_hex"] = _parameter(control, edition, body, password).hex()
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"body: {type(error).__name__}: {error}") from None
    return encode_frame(Edition(edition), CODES[kind], COMMAND, vin, unit)


def _ids(body: Mapping[str, Any], edition: int) -> list[int]:
    ids = sorted({int(one) for one in body["ids"]})
    if not ids or not set(ids) <= set(TABLES[edition]):
        raise BadInput(f"ids: {ids}, expected some of {sorted(TABLES[edition])}")
    return ids


def _values(body: Mapping[str, Any], edition: int) -> list[tuple[int, object]]:
    """Rows of id and value; one bad value would have the vehicle reject them all."""
    given = {int(code): value for code, value in body["values"].items()}
    if not given or not set(given) <= set(SETTABLE):
        raise BadInput(f"values: {sorted(given)}, expected some of {list(SETTABLE)}")
    rows: list[tuple[int, object]] = []
    for code in sorted(given):
        if code in LENGTHS:
            rows.append((LENGTHS[code], len(str(given[code]).encode("gb18030"))))
        _in_range(TABLES[edition][code], given[code])
        rows.append((code, given[code]))
    return rows


def _in_range(kind: Number | Text, value: object) -> None:
    """The tables say what a value may be; frames are written with any that its octets hold."""
    if not isinstance(kind, Number):
        return
    if not isinstance(value, int | float):
        raise BadInput(f"{kind.name}: {value!r} is no number")
    if (kind.lowest is not None and value < kind.lowest) or (
        kind.highest is not None and value > kind.highest
    ):
        raise BadInput(f"{kind.name}: {value}, expected {kind.lowest:g} to {kind.highest:g}")


def _parameter(control: int | None, edition: int, body: Mapping[str, Any], password: str) -> bytes:
    if control == ALARM:
        level = int(body["level"])
        highest = 4 if edition == 2025 else 3
        if not 0 <= level <= highest:
            raise BadInput(f"level: {level}, expected 0 to {highest}")
        return bytes((level,)) + _text("text", body["text"])
    if control == UPGRADE:
        return SEPARATOR.join(_upgrade(body, password))
    return b""


def _upgrade(body: Mapping[str, Any], password: str) -> list[bytes]:
    """In the order of the standard's text; address and port are binary."""
    try:
        address = IPv4Address(body["upgrade_address"]).packed
    except ValueError:
        raise BadInput(f"upgrade_address: {body['upgrade_address']!r} is no IPv4 address") from None
    return [
        _text("upgrade_url", body["upgrade_url"]),
        _text("dial_apn", body["dial_apn"]),
        _text("dial_user", body["dial_user"]),
        _text("password", password),
        bytes(2) + address,
        _number("upgrade_port", body["upgrade_port"]),
        *(_text(name, body[name], width) for name, width in _WIDTHS.items()),
        _number("upgrade_limit_min", body["upgrade_limit_min"]),
    ]


def _text(name: str, text: str, width: int = 0) -> bytes:
    data = text.encode("gb18030")
    if SEPARATOR in data or len(data) > (width or 255):
        raise BadInput(
            f"{name}: {len(data)} bytes, expected at most {width or 255} and no semicolon"
        )
    return data.ljust(width, b"\0")


def _number(name: str, number: Any) -> bytes:
    if not 0 <= int(number) <= MOST_NUMBER:
        raise BadInput(f"{name}: {number}, expected 0 to {MOST_NUMBER}")
    return int(number).to_bytes(2, "big")
