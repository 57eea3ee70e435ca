"""The newest finding about the canary on the findings streams, without the journal's reader.

The reader proves every record with compiled kernels, more memory than this process may have. Here one text
is looked for among committed bytes; whether records are whole is the office's question, not this one's.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final

from voltward.base.canary import CANARY_RULE
from voltward.findings.finding import STREAM_PREFIX
from voltward.journal.position import OFFSET_BITS, SEGMENT_DIGITS
from voltward.watchdog.probes import Seen

MOST_BYTES: Final = 16 << 20  # of what is new since the last look, the newest
_WORDS = struct.Struct("<QQ")  # journal/marker.py: the committed word, twice
_MASK: Final = 0x5EA1_ED0C_0FFE_E123
_TEXT = re.compile(
    rb'"rule":"' + re.escape(CANARY_RULE.encode()) + rb'","vehicle_id":(\d+),"opened_at":\d+,"at":(\d+)'
)  # fmt: skip


class FindingTail:
    """Follows every findings stream of a journal folder from where it is at the first look."""

    def __init__(self, journal: Path, vehicle_id: int) -> None:
        self._journal, self._vehicle_id = journal, vehicle_id
        self._read: dict[str, int] = {}  # stream to position number
        self._newest_at = 0

    def __call__(self, now_s: float) -> Seen:
        """The probe: ``age_s`` of the newest finding, by its collection time."""
        try:
            streams = sorted(self._journal.glob(f"{STREAM_PREFIX}*/committed"))
            for marker in streams:
                self._look(marker.parent)
        except OSError as error:
            return Seen(None, type(error).__name__)
        if self._newest_at:
            return Seen(now_s - self._newest_at)
        return Seen(None, "no finding yet" if streams else "no findings stream")

    def _look(self, folder: Path) -> None:
        committed = _committed(folder)
        before = self._read.setdefault(folder.name, committed)
        if committed <= before:
            return
        segment, end = committed >> OFFSET_BITS, committed & ((1 << OFFSET_BITS) - 1)
        same = before >> OFFSET_BITS == segment
        start = before & ((1 << OFFSET_BITS) - 1) if same else 0
        with (folder / f"{segment:0{SEGMENT_DIGITS}}.log").open("rb") as log:
            log.seek(max(start, end - MOST_BYTES))
            data = log.read(end - log.tell())
        self._read[folder.name] = committed
        for found in _TEXT.finditer(data):
            if int(found[1]) == self._vehicle_id:
                self._newest_at = max(self._newest_at, int(found[2]))


def _committed(folder: Path) -> int:
    """The number of the position up to which readers may read; the smaller where the two differ."""
    data = (folder / "committed").read_bytes()
    if len(data) < _WORDS.size:
        return 0
    first, masked = _WORDS.unpack(data[: _WORDS.size])
    return int(min(first, masked ^ _MASK))
