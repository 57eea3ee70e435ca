"""What monitoring/ does by itself."""

from __future__ import annotations

from typing import Final

from voltward.monitoring.services.intake import waiting_findings_take
from voltward.pages.room import Job
from voltward.records.selectors import installation

WAITING_EVERY_S: Final = 5.0


def _take_waiting() -> int:
    return waiting_findings_take(installation())


JOBS: Final = (Job("waiting findings", WAITING_EVERY_S, _take_waiting),)
