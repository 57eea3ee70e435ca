"""Bodies of the reports of GB/T 45688 tables B.2 to B.4, and what a body says, in the text's order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from voltward.findings.catalogue import rule_of
from voltward.findings.hazards.items import HAZARDS as HAZARD_ITEMS
from voltward.frames.moments import MOMENT, pack_moment
from voltward.uplink.reports import FAULTS, FEEDBACK, HANDLING, HAZARDS

NORMAL, ABNORMAL, INVALID = 0x00, 0x01, 0xFF
NO_LEVEL: Final = 0xFF
HIGHEST_LEVEL: Final = 3  # table B.2 ends there; a thermal event (4) is sent as 3
# table 1 of the text, by the bits of table A.6
FAULT_RULES: Final = tuple(f"fault.{bit}" for bit in (1, 0, 5, 6, 10, 8, 17, 15, 12, 14, 11, 16))
HAZARD_RULES: Final = tuple(rule.code for rule in HAZARD_ITEMS)
_LEVEL_BYTES: Final = {FAULTS: 1}
RULES: Final = {
    FAULTS: FAULT_RULES,
    HAZARDS: HAZARD_RULES,
    HANDLING: FAULT_RULES + HAZARD_RULES,
    FEEDBACK: HAZARD_RULES,
}


def fault_body(moment: datetime, level: int, abnormal: Collection[str]) -> bytes:
    """B.2. ``level``: the highest reported, 255 unknown; ``abnormal``: rules of ``FAULT_RULES``."""
    told = NO_LEVEL if level == NO_LEVEL else min(level, HIGHEST_LEVEL)
    return pack_moment("time", moment) + bytes((told,)) + _items(FAULT_RULES, abnormal)


def hazard_body(moment: datetime, abnormal: Collection[str], normal: Collection[str]) -> bytes:
    """B.3. What is neither known to be abnormal nor known to be normal is sent as invalid."""
    items = (
        ABNORMAL if rule in abnormal else NORMAL if rule in normal else INVALID
        for rule in HAZARD_RULES
    )
    return pack_moment("time", moment) + bytes(items)


def handling_body(moment: datetime, unhandled: Collection[str]) -> bytes:
    """B.4: 1 for each rule with something open."""
    return pack_moment("time", moment) + _items(RULES[HANDLING], unhandled)


def level_of(command: int, body: bytes) -> int | None:
    """The level byte; None where the command has none."""
    return body[MOMENT] if command in _LEVEL_BYTES else None


def codes_of(command: int, body: bytes) -> dict[str, int]:
    """By rule, the code of each item; of an accident sample nothing."""
    begin = MOMENT + _LEVEL_BYTES.get(command, 0)
    return dict(zip(RULES.get(command, ()), body[begin:], strict=False))


def abnormal_of(command: int, body: bytes) -> tuple[str, ...]:
    """Rules whose item is abnormal, or not handled."""
    return tuple(rule for rule, code in codes_of(command, body).items() if code == ABNORMAL)


def says_the_same(command: int, one: bytes, other: bytes) -> bool:
    """Whether two bodies name the same items and the same level: then the second is not sent."""
    return abnormal_of(command, one) == abnormal_of(command, other) and (
        level_of(command, one) == level_of(command, other)
    )


def item_title(rule: str, language: str = "zh") -> str:
    """What the text calls an item."""
    item = next((one for one in HAZARD_ITEMS if one.code == rule), None) or rule_of(rule)
    if item is None:
        return rule
    return item.title_zh if language.startswith("zh") else item.title_en


def _items(rules: Collection[str], marked: Collection[str]) -> bytes:
    return bytes(ABNORMAL if rule in marked else NORMAL for rule in rules)
