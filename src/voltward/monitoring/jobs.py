"""What monitoring/ does by itself."""

from __future__ import annotations

from typing import Final

from voltward.monitoring.services.intake import waiting_findings_take
from voltward.monitoring.services.limit_trials import limit_trials_run
from voltward.pages.room import Job
from voltward.records.selectors import installation

WAITING_EVERY_S: Final = 5.0
TRIALS_EVERY_S: Final = 1.0  # somebody looks at a bar of progress


def _take_waiting() -> int:
    return waiting_findings_take(installation())


JOBS: Final = (
    Job("waiting findings", WAITING_EVERY_S, _take_waiting),
    Job("limit-trials", TRIALS_EVERY_S, limit_trials_run),
)
