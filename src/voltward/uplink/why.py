"""Why a frame that came in has no outcome on a link: what the uplink says of itself, read for one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SILENT_AFTER_S: Final = 10.0  # the uplink says something of every link each second

NOT_ON_LINK: Final = "not_on_link"  # the vehicle does not go over this link
BEFORE_LINK: Final = "before_link"  # it came in before the link began
NO_WORD: Final = "no_word"  # the uplink says nothing (any more)
PAUSED: Final = "paused"
OFF: Final = "off"
DOWN: Final = "down"  # no login at the platform
DUE: Final = "due"  # waits for idle time, as reissue
HELD: Final = "held"  # the platform refuses some vehicles; this may be one of them
IN_FLIGHT: Final = "in_flight"
NEXT: Final = "next"  # its turn has not come yet


@dataclass(frozen=True, slots=True)
class Why:
    """``since_s``: unix s; ``count``: of frames that wait, or of vehicles held back; ``text``: what
    the uplink says itself."""

    code: str
    since_s: float | None = None
    count: int = 0
    text: str = ""


def why_open(
    status: Mapping[str, Any] | None,
    *,
    collected_s: float,
    received_s: float | None,
    on_link: bool,
    began_s: float,
    now_s: float,
) -> Why:
    """For a frame that is a row of the store. ``status``: the file of its link; None: there is none.

    ``began_s``: what was received earlier is not owed.
    """
    if not on_link:
        return Why(NOT_ON_LINK)
    if received_s is not None and received_s < began_s:
        return Why(BEFORE_LINK, since_s=began_s)
    at_s = _number(status, "at")
    if status is None or now_s - at_s > SILENT_AFTER_S:
        return Why(NO_WORD, since_s=at_s or None)
    state, since_s = str(status.get("state", "")), _number(status, "since") or None
    reason = str(status.get("reason") or status.get("error") or "")
    if state in (PAUSED, OFF):
        return Why(state, since_s, text=reason)
    if state != "up":
        return Why(DOWN, since_s, int(_number(status, "due")), reason)
    due, oldest_s = int(_number(status, "due")), _number(status, "due_oldest_s")
    if due and oldest_s <= collected_s:
        return Why(DUE, oldest_s or None, due)
    if held := int(_number(status, "held")):
        return Why(HELD, count=held)
    in_flight = int(_number(status, "in_flight"))
    lag_s = _number(status, "lag_s")
    if in_flight and (received_s is None or now_s - lag_s > received_s):
        return Why(IN_FLIGHT, count=in_flight)
    return Why(NEXT)


def _number(status: Mapping[str, Any] | None, name: str) -> float:
    """0: it says nothing of it, or nothing that is a number."""
    found = (status or {}).get(name)
    return float(found) if isinstance(found, int | float) else 0.0
