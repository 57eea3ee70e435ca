"""What monitoring/ does by itself."""

from __future__ import annotations

from typing import Final

from voltward.monitoring.services.intake import waiting_findings_take
from voltward.monitoring.services.presence_checks import presence_checks_run
from voltward.monitoring.services.roster_gaps import roster_gaps_watch
from voltward.pages.room import Job
from voltward.records.selectors import installation

WAITING_EVERY_S: Final = 5.0
PRESENCE_EVERY_S: Final = 10.0
GAPS_EVERY_S: Final = 300.0


def _take_waiting() -> int:
    return waiting_findings_take(installation())


JOBS: Final = (
    Job("waiting findings", WAITING_EVERY_S, _take_waiting),
    Job("duty.presence", PRESENCE_EVERY_S, presence_checks_run),
    Job("duty.gaps", GAPS_EVERY_S, roster_gaps_watch),
)
