"""From a level per row to what is told: opened, worse, cleared. One kernel for all rules.

Level 3 and above, like every level, opens on its first row; damping only delays the clearing.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.findings.probing import place_of

Array = NDArray[Any]

OPENED, WORSE, CLEARED, HAPPENED = 1, 2, 3, 4
MOST_RULES: Final = 256
GAP_S: Final = 60  # the most that two rows count for normal time between them
TOLD_AGAIN_S: Final = 30  # a worse value of the same level is told so often at most
TOLD_AGAIN_SHARE: Final = 0.1  # and only when it is worse by this share of what was told

EPISODE: Final = np.dtype(
    [
        ("opened_s", "i8"),
        ("last_s", "i8"),
        ("told_s", "i8"),
        ("normal_s", "f8"),  # how long it has been normal, gaps counted in part
        ("worst", "f4"),  # as told
        ("level", "i1"),
        ("open", "?"),
        ("is_normal", "?"),
    ]
)


@kernel()
def _is_over(r, now_s, clear_after_s):  # type: ignore[no-untyped-def]
    """A normal row of an open episode: has it been normal for long enough?"""
    if not r.is_normal:
        r.is_normal, r.normal_s = True, 0.0
    else:
        r.normal_s += min(now_s - r.last_s, GAP_S)
    r.last_s = now_s
    r.open = r.normal_s < clear_after_s
    return not r.open


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    rule, first, slot, time_s, level, value, rises, clear_after_s, is_event,
    ever, keys, records, known, out_row, out_kind, out_opened, out_level, told,
):  # fmt: skip
    """Rows ``first`` to the last; returns the row to go on with (all: done), known keys, told."""
    word, bit = rule >> 6, np.uint64(1) << np.uint64(rule & 63)
    for i in range(first, slot.size):
        now = level[i]
        if now < 0 or (now == 0 and not ever[slot[i], word] & bit):
            continue
        grave = np.int8(0) if now == 9 else now
        if is_event:
            if now > 0:
                out_row[told], out_kind[told] = i, 4
                out_opened[told], out_level[told] = time_s[i], grave
                told += 1
            continue
        key = np.uint64(slot[i]) * np.uint64(MOST_RULES) + np.uint64(rule) + np.uint64(1)
        at = place_of(keys, key)
        if keys[at] == 0:
            if 2 * known >= keys.size:
                return i, known, told
            keys[at] = key
            known += 1
            ever[slot[i], word] |= bit
            records[at].open = False
        r = records[at]
        if now == 0:
            if not r.open:
                continue
            if _is_over(r, time_s[i], clear_after_s):
                out_row[told], out_kind[told] = i, 3
                out_opened[told], out_level[told] = r.opened_s, r.level
                told += 1
            continue
        r.is_normal = False
        r.last_s = time_s[i]
        if not r.open:
            r.open, r.level, r.worst = True, grave, value[i]
            r.opened_s = r.told_s = time_s[i]
            out_row[told], out_kind[told] = i, 1
            out_opened[told], out_level[told] = r.opened_s, grave
            told += 1
            continue
        more = value[i] - r.worst if rises else r.worst - value[i]
        step = max(abs(r.worst) * TOLD_AGAIN_SHARE, 1e-6)
        again = more >= step and time_s[i] - r.told_s >= TOLD_AGAIN_S
        if grave > r.level or again:
            r.level, r.told_s = max(r.level, grave), time_s[i]
            if more > 0 or r.worst != r.worst:
                r.worst = value[i]
            out_row[told], out_kind[told] = i, 2
            out_opened[told], out_level[told] = r.opened_s, r.level
            told += 1
    return slot.size, known, told


class Episodes:
    """What is open, by vehicle slot and number of the rule."""

    def __init__(self, keys: Array | None = None, records: Array | None = None) -> None:
        self.keys: Array = np.zeros(1 << 12, np.uint64) if keys is None else keys
        self.records: Array = np.zeros(self.keys.size, EPISODE) if records is None else records
        self.known = int(np.count_nonzero(self.keys))
        self._ever: Array = np.zeros((0, MOST_RULES // 64), np.uint64)

    def make_room(self, slots: int) -> None:
        """Before rows of so many vehicles."""
        if slots <= len(self._ever):
            return
        ever = np.zeros((max(slots, 2 * len(self._ever)), MOST_RULES // 64), np.uint64)
        ever[: len(self._ever)] = self._ever
        if not len(self._ever):  # from a checkpoint
            told = self.keys[self.keys != 0] - np.uint64(1)
            slot, rule = (told // MOST_RULES).astype(np.int64), told % MOST_RULES
            here = slot < slots
            bits = np.uint64(1) << (rule & np.uint64(63))
            np.bitwise_or.at(
                ever, (slot[here], (rule >> np.uint64(6)).astype(np.int64)[here]), bits[here]
            )
        self._ever = ever

    def scan(
        self,
        rule: int,
        slot: Array,
        time_s: Array,
        level: Array,
        value: Array,
        *,
        rises: bool,
        clear_after_s: float,
        is_event: bool,
    ) -> tuple[Array, Array, Array, Array]:
        """What the rows tell: row, kind, opening time, level, each ``(told,)``, by row."""
        size = slot.size
        out = (
            np.empty(size, np.int64),
            np.empty(size, np.int8),
            np.empty(size, np.int64),
            np.empty(size, np.int8),
        )
        row, told = 0, 0
        while row < size:
            row, self.known, told = _scan(
                rule, row, slot, time_s, level, value, rises, clear_after_s, is_event,
                self._ever, self.keys, self.records, self.known, *out, told,
            )  # fmt: skip
            if row < size:
                self._grow()
        return out[0][:told], out[1][:told], out[2][:told], out[3][:told]

    def put(self, slot: int, rule: int, record: Any) -> None:
        """An episode as it was when it was saved; before ``make_room``."""
        if 2 * self.known >= self.keys.size:
            self._grow()
        key = np.uint64(slot * MOST_RULES + rule + 1)
        at = place_of(self.keys, key)
        self.keys[at], self.records[at] = key, record
        self.known += 1

    def _grow(self) -> None:
        keys, records = self.keys, self.records
        self.keys = np.zeros(2 * keys.size, np.uint64)
        self.records = np.zeros(self.keys.size, EPISODE)
        for old in np.flatnonzero(keys):
            at = place_of(self.keys, keys[old])
            self.keys[at] = keys[old]
            self.records[at] = records[old]
