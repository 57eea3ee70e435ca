"""The rows of tables that a finding becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from voltward.findings.finding import EVENT, Finding
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, Episode

REISSUE: Final = 3  # command of GB/T 32960.3 table 3
_REPORTED_RULES: Final = ("fault.", "reported.")

Name = tuple[int, str, str, datetime]


def episode_of(finding: Finding, vehicle: Vehicle) -> Episode:
    at, opened_at = moment(finding.at), moment(finding.opened_at)
    return Episode(
        maker_id=vehicle.maker_id,
        vehicle=vehicle,
        rule=finding.rule,
        profile=finding.profile,
        level=finding.level,
        reported_level=finding.reported_level,
        opened_at=opened_at,
        received_at=datetime.fromtimestamp(finding.received_ms / 1000, UTC),
        last_at=at,
        cleared_at=opened_at if finding.kind == EVENT else None,
        is_late=finding.late,
        first=dict(finding.values),
        last=dict(finding.values),
        worst=dict(finding.values),
        state_then=dict(finding.state),
        limit=_limit(finding),
        cell=finding.cell,
        stream=finding.stream,
        position=finding.position,
    )


def alarm_of(finding: Finding, episode: Episode) -> Alarm:
    return Alarm(
        maker_id=episode.maker_id,
        vehicle=episode.vehicle,
        rule=finding.rule,
        source="reported" if finding.rule.startswith(_REPORTED_RULES) else "own",
        level=finding.level,
        reported_level=finding.reported_level,
        opened_at=episode.opened_at,
        received_at=episode.received_at,
        last_at=episode.last_at,
        cleared_at=episode.cleared_at,
        is_late=finding.late,
        is_reissue=finding.command == REISSUE,
        first=episode.first,
        last=episode.last,
        worst=episode.worst,
        state_then=episode.state_then,
        limit=episode.limit,
        cell=episode.cell,
    )


def higher_reported(one: int, other: int) -> int:
    """Of two reported levels, of which 255 says that there was none."""
    told = [level for level in (one, other) if level != 255]
    return max(told) if told else 255


def moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)


def name_of(episode: Episode) -> Name:
    return episode.vehicle_id, episode.rule, episode.profile, episode.opened_at


def _limit(finding: Finding) -> dict[str, Any]:
    limit = finding.limit
    return {} if limit is None else {
        "key": limit.key, "value": limit.value, "unit": limit.unit, "revision": limit.revision,
    }  # fmt: skip
