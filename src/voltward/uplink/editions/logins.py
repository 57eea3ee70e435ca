"""Vehicle logins (01): storage subsystems with codes (2016) and BMS with packs (2025).

A subsystem is taken for a BMS with one pack. The other way round each pack code becomes that of a
subsystem, as each pack's cells do; which packs share a BMS is lost.
"""

from typing import Final, cast

from voltward.frames.grammar import U8
from voltward.frames.raws import Raw, Record
from voltward.uplink.editions.losses import Losses

CODE: Final = 24  # 2025: characters of a pack code (GB/T 34014)
MOST_BMS: Final = 20
MOST_SUBSYSTEMS: Final = 250
_WHAT: Final = "vehicle_login"


def login_to_2016(values: Record, losses: Losses) -> Record:
    """The fields behind time, sequence and ICCID are made anew."""
    codes = [code for group in _lists(values["pack_codes"]) for code in group]
    counts = cast("list[int]", values["packs_per_bms"])
    if any(count != 1 for count in counts) and (codes or any(counts)):
        losses.add(f"{_WHAT}.packs_per_bms")
    if len(codes) > MOST_SUBSYSTEMS:
        losses.add(f"{_WHAT}.pack_codes")
        del codes[MOST_SUBSYSTEMS:]
    subsystems = cast(int, values["subsystems"])
    if not codes and subsystems < U8.abnormal:
        codes = [b""] * subsystems
        length = 0
    else:
        length = CODE if codes else 0
    return {
        **_common(values),
        "subsystems": subsystems if subsystems >= U8.abnormal else len(codes),
        "code_length": length,
        "pack_codes": codes,
    }


def login_to_2025(values: Record, losses: Losses) -> Record:
    """More than 20 subsystems, or a code of more than 24 characters, cannot be said."""
    codes = cast("list[bytes]", values["pack_codes"])
    subsystems = cast(int, values["subsystems"])
    groups: list[Raw] = []
    if subsystems < U8.abnormal and len(codes) > MOST_BMS:
        losses.add(f"{_WHAT}.subsystems")
        subsystems = U8.invalid
    for code in codes if subsystems < U8.abnormal else ():
        text = code.rstrip(b"\0 ")
        if len(text) > CODE:
            losses.add(f"{_WHAT}.pack_codes")
        is_said = 0 < len(text) <= CODE
        groups.append([text.ljust(CODE, b"\0")] if is_said else [])
    return {
        **_common(values),
        "subsystems": subsystems,
        "packs_per_bms": [len(group) for group in _lists(groups)],
        "pack_codes": groups,
    }


def _common(values: Record) -> Record:
    return {name: values[name] for name in ("time", "sequence", "iccid")}


def _lists(raw: Raw) -> list[list[Raw]]:
    return cast("list[list[Raw]]", raw)
