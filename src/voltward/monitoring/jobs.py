"""What monitoring/ does by itself."""

from __future__ import annotations

from typing import Final

from voltward.monitoring.services.alarm_aside import alarms_wake
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.monitoring.services.disposing import dispositions_apply
from voltward.monitoring.services.intake import waiting_findings_take
from voltward.monitoring.services.limit_trials import limit_trials_run
from voltward.monitoring.services.owner_sending import owner_notices_deliver
from voltward.monitoring.services.presence_checks import presence_checks_run
from voltward.monitoring.services.roster_gaps import roster_gaps_watch
from voltward.monitoring.services.webhook_sending import webhooks_deliver
from voltward.pages.room import Job
from voltward.records.selectors import installation

WAITING_EVERY_S: Final = 5.0
TRIALS_EVERY_S: Final = 1.0  # somebody looks at a bar of progress
PRESENCE_EVERY_S: Final = 10.0
GAPS_EVERY_S: Final = 300.0


def _take_waiting() -> int:
    return waiting_findings_take(installation())


JOBS: Final = (
    Job("waiting findings", WAITING_EVERY_S, _take_waiting),
    Job("limit-trials", TRIALS_EVERY_S, limit_trials_run),
    Job("alarm-news", 1.0, alarm_news_work),
    Job("alarms-wake", 5.0, alarms_wake),
    Job("alarm-dispositions", 30.0, dispositions_apply),
    Job("owner-notices", 1.0, owner_notices_deliver),
    Job("webhooks", 1.0, webhooks_deliver),
    Job("duty.presence", PRESENCE_EVERY_S, presence_checks_run),
    Job("duty.gaps", GAPS_EVERY_S, roster_gaps_watch),
)
