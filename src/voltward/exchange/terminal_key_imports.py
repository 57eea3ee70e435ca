"""Chips and public keys of new vehicles from a file (GB/T 32960.3-2025 annex A.2): pre-registered keys.

A file never activates a key: the vehicle does, by proving it, or a second person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.base.units import BEIJING
from voltward.exchange.models import TerminalKey
from voltward.exchange.models.terminal_keys import REGISTERED
from voltward.exchange.services.key_changes import keys_changed
from voltward.fleet.imports import VIN_HEADERS
from voltward.fleet.models import Vehicle
from voltward.pages.imports.kinds import (
    NEW,
    REFUSED,
    Change,
    ImportColumn,
    ImportKind,
    Outcome,
    ParsedRow,
    Target,
    compared,
    register,
)
from voltward.pages.imports.words import add_words
from voltward.records.models import Person
from voltward.seals.keys import Algorithm, canonical, fingerprint

add_words(
    {"no_key": _("不是该算法的公钥；应为十六进制的公钥（SM2、ECC：65 字节坐标；RSA：DER）。")}
)

_DATES: Final = ("valid_from", "valid_until")
COLUMNS = (
    ImportColumn(
        "vin", "VIN", "vin", required=True, example="LVVDB11B0RE000001", aliases=VIN_HEADERS,
        hint=_("已建档车辆的 VIN。"),
    ),
    ImportColumn(
        "chip_id", _("芯片编号"), required=True, example="SE00000000000001", longest=16,
        aliases=("芯片ID", "安全芯片编号", "chip", "chip id"),
    ),
    ImportColumn(
        "algorithm", _("签名算法"), "choice", required=True, example="SM2",
        choices=tuple(TerminalKey.ALGORITHMS), aliases=("算法", "algorithm"),
    ),
    ImportColumn(
        "public_key", _("公钥"), required=True, example="04" + "1F" * 64, longest=2400,
        aliases=("公钥（十六进制）", "public key"), hint=_("十六进制。"),
    ),
    ImportColumn(
        "valid_from", _("有效期自"), "date", example="2026-01-01", aliases=("启用日期", "valid from")
    ),
    ImportColumn(
        "valid_until", _("有效期至"), "date", example="2036-01-01", aliases=("失效日期", "valid until"),
        hint=_("含当日。"),
    ),
)  # fmt: skip


def judge(actor: Person, rows: Sequence[ParsedRow], target: Target) -> list[Outcome]:
    """New keys, those that are known, and those of vehicles that are not the maker's."""
    del actor
    vins = {row.values["vin"] for row in rows}
    vehicles = Vehicle.objects.filter(maker=target.maker_id, vin__in=vins)
    known = dict(vehicles.values_list("vin", "pk"))
    keys = TerminalKey.objects.filter(maker=target.maker_id, vehicle__in=known.values())
    if target.writing:
        keys = keys.select_for_update(of=("self",))
    present = {(row.vehicle_id, row.chip_id, row.fingerprint): row for row in keys}
    return [_outcome(row, known.get(row.values["vin"]), present) for row in rows]


def _outcome(
    row: ParsedRow, vehicle_id: int | None, present: Mapping[tuple[int, str, str], TerminalKey]
) -> Outcome:
    if vehicle_id is None:
        return Outcome(row, REFUSED, column="vin", code="no_vehicle")
    values, chip_id = row.values, row.values["chip_id"].strip()
    if not (chip_id.isascii() and chip_id.isprintable() and " " not in chip_id):
        return Outcome(row, REFUSED, column="chip_id", code="unfit")
    try:
        key = canonical(
            Algorithm[values["algorithm"].upper()], bytes.fromhex(values["public_key"].strip())
        )
    except (BadInput, ValueError):
        return Outcome(row, REFUSED, column="public_key", code="no_key")
    dates = {name: _moment(name, values[name]) for name in _DATES if name in values}
    if len(dates) == len(_DATES) and dates["valid_from"] >= dates["valid_until"]:
        return Outcome(row, REFUSED, column="valid_until", code="unfit")
    found = present.get((vehicle_id, chip_id, fingerprint(key)))
    if found is not None:
        return compared(row, found.pk, {name: _plain(found, name) for name in dates}, dates)
    after = {
        "vehicle": vehicle_id,
        "chip_id": chip_id,
        "algorithm": values["algorithm"],
        "public_key": key.hex(),
        "fingerprint": fingerprint(key),
        **dates,
    }
    return Outcome(row, NEW, after=after)


def _moment(name: str, day: date) -> str:
    """Days are Beijing's; the last one counts to its end."""
    start = datetime.combine(day, time(), BEIJING)
    return (start + timedelta(days=1) if name == "valid_until" else start).isoformat()


def _plain(row: TerminalKey, name: str) -> str | None:
    value = getattr(row, name)
    return value.astimezone(BEIJING).isoformat() if value else None


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Out of JSON: moments are moments again."""
    return {
        name: datetime.fromisoformat(value) if name in _DATES and value else value
        for name, value in values.items()
    }


def apply(actor: Person, outcomes: Sequence[Outcome], target: Target) -> Mapping[int, int]:
    """Keys in bulk, inside the import's own action."""
    del actor
    fresh = [one for one in outcomes if one.result == NEW]
    rows = [_fields(one.after) for one in fresh]
    made = TerminalKey.objects.bulk_create(
        TerminalKey(maker_id=target.maker_id, vehicle_id=row.pop("vehicle"), source="import", **row)
        for row in rows
    )
    for one in outcomes:
        if one.record_id is not None:
            _put(one.record_id, one.after)
    return {one.row.number: row.pk for one, row in zip(fresh, made, strict=True)}


def finish(actor: Person, target: Target) -> None:
    """The gateways learn of it with the next file."""
    del actor, target
    keys_changed()


def undo(actor: Person, changes: Sequence[Change], target: Target) -> Mapping[Any, str]:
    """Take new keys out that are still only registered, and put dates back."""
    del actor
    rows = TerminalKey.objects.select_for_update(of=("self",)).filter(
        maker=target.maker_id, pk__in=[one.record_id for one in changes]
    )
    present = {row.pk: row for row in rows}
    kept: dict[Any, str] = {}
    for change in changes:
        row = present.get(change.record_id)
        if row is None:
            kept[change.pk] = "gone"
        elif change.result == NEW and row.state != REGISTERED:
            kept[change.pk] = "in_use"
        elif any(_plain(row, name) != change.after.get(name) for name in _touched(change)):
            kept[change.pk] = "changed_since"
        elif change.result == NEW:
            row.delete()
        else:
            _put(row.pk, change.before)
    keys_changed()
    return kept


def _touched(change: Change) -> tuple[str, ...]:
    return _DATES if change.result == NEW else tuple(change.after)


def _put(key_id: int, values: Mapping[str, Any]) -> None:
    TerminalKey.objects.filter(pk=key_id).update(**_fields(values))


TERMINAL_KEYS = register(
    ImportKind(
        code="terminal_key",
        title=_("终端密钥"),
        needs="terminal_key.write",
        columns=COLUMNS,
        natural_key=("vin", "chip_id", "public_key"),
        judge=judge,
        apply=apply,
        undo=undo,
        finish=finish,
    )
)
