"""What a day of a vehicle came to, and its form on the stream ``quality-<name>``.

A summary says all that is known of a vehicle's day as far as it came in on one day of receipt; a later
one of the same three takes its place. A record holds many: a line of JSON, then two compressed tables.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.uplink.quality.catalogue import CODES, DEFAULTS, NUMBER
from voltward.uplink.quality.memory import DAY

Array = NDArray[Any]

VERSION: Final = 1
KIND_QUALITY: Final = 18  # record kind; 16 is a finding, 17 proof of upload
STREAM_PREFIX: Final = "quality-"
AT_ONCE: Final = 2000  # summaries of one record
_LISTS: Final = ("is_fresh", "counts", "first_s", "last_s")
TOTAL: Final = np.dtype([(name, DAY[name]) for name in DAY.names or () if name not in _LISTS])
ERROR: Final = np.dtype(
    [("of", "<u4"), ("number", "<u2"), ("count", "<u4"), ("first_s", "<u4"), ("last_s", "<u4")]
)
_TRACK: Final = NUMBER["odometer.track"]


@dataclass(frozen=True, slots=True)
class Found:
    """How often an error was found; ``first_s``, ``last_s``: seconds of the day."""

    count: int
    first_s: int
    last_s: int


@dataclass(frozen=True, slots=True)
class Summary:
    """``day``, ``received``: days since 1970 in Beijing. Distances in m; ``delays``: see ``DELAY_BINS_S``;
    ``begin_s``, ``end_s``: seconds of the day of the first and the last report. See ``memory.DAY``."""

    vehicle: int
    day: int
    received: int
    rows: int = 0
    reissued: int = 0
    realtime: int = 0
    expected: int = 0
    missing: int = 0
    lost: int = 0
    driving_s: int = 0
    gap_s: int = 0
    delay_ms: int = 0
    delays: tuple[int, ...] = ()
    begin_s: int = 0
    end_s: int = 0
    track_m: float = 0.0
    path_m: float = 0.0
    wheel_m: float = 0.0
    errors: Mapping[str, Found] = field(default_factory=dict)


def strays(
    track_m: Array, path_m: Array, wheel_m: Array, share_pct: Array, least_km: Array
) -> Array:
    """bool ``(n,)``: the odometer strays from the larger of the two other ways by more than a share."""
    larger = np.maximum(path_m, wheel_m)
    long_enough = np.maximum(track_m, larger) >= least_km * 1000
    wrong: Array = long_enough & (np.abs(track_m - larger) > larger * share_pct / 100)
    return wrong


def records_of(
    days: Array, share_pct: Array | None = None, least_km: Array | None = None
) -> Iterator[bytes]:
    """The payloads of records of kind ``KIND_QUALITY`` for records of ``memory.DAY``.

    ``share_pct``, ``least_km``: the limits of ``strays`` for each; left out, the defaults.
    """
    size = days.size
    share = np.full(size, DEFAULTS["track_share_pct"]) if share_pct is None else share_pct
    least = np.full(size, DEFAULTS["track_least_km"]) if least_km is None else least_km
    days = days.copy()
    wrong = strays(days["track_m"], days["path_m"], days["wheel_m"], share, least)
    days["counts"][:, _TRACK] = wrong
    for name in ("first_s", "last_s"):
        days[name][:, _TRACK] = np.where(wrong, days["end_s"], 0)
    for begin in range(0, size, AT_ONCE):
        yield _record(days[begin : begin + AT_ONCE])


def _record(days: Array) -> bytes:
    totals = np.zeros(days.size, TOTAL)
    for name in TOTAL.names or ():
        totals[name] = days[name]
    of, number = np.nonzero(days["counts"])
    errors = np.zeros(of.size, ERROR)
    errors["of"], errors["number"] = of, number
    errors["count"] = days["counts"][of, number]
    errors["first_s"], errors["last_s"] = days["first_s"][of, number], days["last_s"][of, number]
    head = {"v": VERSION, "codes": CODES, "totals": totals.size, "form": TOTAL.descr}
    body = totals.tobytes() + errors.tobytes()
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + zlib.compress(body, 1)


def summaries_of(payload: bytes) -> list[Summary]:
    """
    Raises:
        BadInput: not a record of this version.
    """
    try:
        head_text, _, packed = payload.partition(b"\n")
        head = json.loads(head_text)
        if head["v"] != VERSION or head["form"] != json.loads(json.dumps(TOTAL.descr)):
            raise BadInput(f"quality: version {head['v']}, expected {VERSION}")
        body, size = zlib.decompress(packed), head["totals"]
        totals = np.frombuffer(body, TOTAL, size)
        errors = np.frombuffer(body, ERROR, offset=size * TOTAL.itemsize)
        found: list[dict[str, Found]] = [{} for _ in range(size)]
        for of, number, count, first, last in errors.tolist():
            found[of][head["codes"][number]] = Found(count, first - 1, last - 1)
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
        raise BadInput(f"quality: {type(error).__name__}: {error}") from error
    return [_summary(row, found[i]) for i, row in enumerate(totals)]


def _summary(row: Any, errors: Mapping[str, Found]) -> Summary:
    values = {name: row[name].tolist() for name in TOTAL.names or ()}
    # kept with one more, as 0 says that there was none
    values["begin_s"], values["end_s"] = (max(values[name] - 1, 0) for name in ("begin_s", "end_s"))
    values["delays"] = tuple(values["delays"])
    return Summary(**values, errors=errors)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """Plain values, as a database keeps them."""
    return asdict(summary)


def summary_from_json(body: Mapping[str, Any]) -> Summary:
    errors = {code: Found(**one) for code, one in body["errors"].items()}
    return Summary(**{**body, "delays": tuple(body["delays"]), "errors": errors})
