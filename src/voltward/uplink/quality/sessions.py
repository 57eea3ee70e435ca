"""Logins and logouts that belong together, as far as the frames tell."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import NUMBER
from voltward.uplink.quality.memory import LOGGED_IN, LOGGED_OUT, mark
from voltward.uplink.quality.rows import LOGIN

Array = NDArray[Any]

_OPEN, _UNPAIRED = NUMBER["login.open"], NUMBER["logout.unpaired"]


@kernel()
def scan(command, sequence, slot, at, second, vehicles, days):  # type: ignore[no-untyped-def]
    """Count into ``days[at]``. A login sent again has the sequence number of the one before; a logout has
    that of its login (GB/T 32960.3 tables 6 and 26)."""
    for i in range(slot.size):
        m, d = vehicles[slot[i]], days[at[i]]
        d.is_fresh = 1
        if command[i] == LOGIN:
            if m.session == LOGGED_IN and m.sequence != sequence[i]:
                mark(d, _OPEN, second[i])
            m.session, m.sequence = LOGGED_IN, sequence[i]
            continue
        wrong = m.session == LOGGED_IN and m.sequence != sequence[i]
        if wrong or (m.session == LOGGED_OUT and m.sequence != sequence[i]):
            mark(d, _UNPAIRED, second[i])
        m.session = LOGGED_OUT
