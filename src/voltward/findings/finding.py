"""A finding: what a detector says about one rule at one row, and its form on the stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from voltward.base.errors import BadInput

VERSION: Final = 1
KIND_FINDING: Final = 16  # record kind of a findings stream; those of the gateways are below
STREAM_PREFIX: Final = "findings-"

OPENED, WORSE, CLEARED, EVENT, REOPENED = "opened", "worse", "cleared", "event", "reopened"
KINDS: Final = frozenset({OPENED, WORSE, CLEARED, EVENT, REOPENED})
NOT_REPORTED: Final = 255
THERMAL_EVENT: Final = 4  # the highest judged level; 0 is a mark of data quality
LATE_S: Final = 600  # older than this when received: recorded, not paged (fault catalogue R20)


@dataclass(frozen=True, slots=True)
class LimitUsed:
    """The limit a row was compared with. ``revision``: of the vehicle group's limits, or ``builtin``."""

    key: str
    value: float
    unit: str
    revision: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``opened_at``, ``at``: collection times, unix seconds; ``received_ms``: unix ms.

    ``level``: judged, 0 (data quality) to 4 (thermal event); ``reported_level``: of the vehicle's own
    frame, 255 none. ``state``, ``values``: numbers the row was judged on, missing ones left out.
    ``cell``: H3 hexagon of resolution 7 in WGS-84, "" unknown. ``profile``: ``""`` in force, else the
    name of a limit profile that is only watched (shadow mode).
    """

    kind: str
    rule: str
    vehicle_id: int
    opened_at: int
    at: int
    received_ms: int
    level: int = 0
    reported_level: int = NOT_REPORTED
    late: bool = False
    command: int = 0
    edition: int = 0
    stream: str = ""
    position: int = 0
    unit_hash: int = 0
    state: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    limit: LimitUsed | None = None
    cell: str = ""
    profile: str = ""

    @property
    def episode(self) -> tuple[int, str, int]:
        """What names the episode: vehicle, rule, collection time of its first row."""
        return self.vehicle_id, self.rule, self.opened_at


def graver(level: int, reported_level: int) -> int:
    """The higher of what was judged and what the vehicle said, where it said anything."""
    return level if reported_level == NOT_REPORTED else max(level, reported_level)


def finding_to_json(finding: Finding) -> bytes:
    limit = finding.limit
    body: dict[str, Any] = {
        "v": VERSION,
        "kind": finding.kind,
        "rule": finding.rule,
        "vehicle_id": finding.vehicle_id,
        "opened_at": finding.opened_at,
        "at": finding.at,
        "received_ms": finding.received_ms,
        "level": finding.level,
        "reported_level": finding.reported_level,
        "late": finding.late,
        "command": finding.command,
        "edition": finding.edition,
        "stream": finding.stream,
        "position": finding.position,
        "unit_hash": finding.unit_hash,
        "state": dict(finding.state),
        "values": dict(finding.values),
        "limit": None
        if limit is None
        else {
            "key": limit.key,
            "value": limit.value,
            "unit": limit.unit,
            "revision": limit.revision,
        },
        "cell": finding.cell,
    }
    if finding.profile:
        body["profile"] = finding.profile
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def finding_from_json(text: bytes) -> Finding:
    """
    Raises:
        BadInput: not a finding of this version.
    """
    try:
        body = json.loads(text)
        version = body.pop("v")
        if version != VERSION:
            raise BadInput(f"finding: version {version}, expected {VERSION}")
        limit = body.pop("limit")
        finding = Finding(**body, limit=None if limit is None else LimitUsed(**limit))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"finding: {type(error).__name__}: {error}") from error
    if finding.kind not in KINDS:
        raise BadInput(f"finding: kind {finding.kind!r}, expected one of {sorted(KINDS)}")
    return finding
