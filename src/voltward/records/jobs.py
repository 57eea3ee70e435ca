"""What records/ does by itself, and how often."""

from __future__ import annotations

from voltward.pages.room import Job
from voltward.records.selectors.people import installation
from voltward.records.services.accounts import stale_people_disabled
from voltward.records.services.attachment_contents import contents_scan, contents_sweep
from voltward.records.services.audit_checkpoints import audit_checkpoint
from voltward.records.services.audit_seals import audit_rows_seal
from voltward.records.services.audit_verifications import audit_verification_run
from voltward.records.services.clock_sweep import clock_sweep
from voltward.records.services.exports import exports_make
from voltward.records.services.import_work import import_work
from voltward.records.services.key_rotation import retired_keys_destroy
from voltward.records.services.list_views import news_look
from voltward.records.services.marks import marks_sweep
from voltward.records.services.notice_escalation import notices_escalate
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.retention import retention_apply
from voltward.records.services.sign_in import sessions_forgotten
from voltward.records.services.work_calendar import calendar_refresh

HOUR_S = 3600.0
JOBS = (
    Job("audit.seal", 1.0, audit_rows_seal),
    Job("audit.checkpoint", 5.0, audit_checkpoint),
    Job("audit.verify", 2.0, audit_verification_run),
    Job("clock-sweep", 5.0, clock_sweep),
    Job("calendar-refresh", HOUR_S, calendar_refresh),
    Job("notices.deliver", 1.0, notices_deliver),
    Job("notices.escalate", 1.0, notices_escalate),
    Job("imports", 1.0, import_work),
    Job("large-exports", 10.0, exports_make),
    Job("saved-filter-news", 60.0, news_look),
    Job("attachment-scan", 5.0, lambda: contents_scan(installation())),
    Job("attachment-sweep", 6 * HOUR_S, contents_sweep),
    Job("retention", 6 * HOUR_S, lambda: retention_apply(installation())),
    Job("records.marks", 30.0, marks_sweep),
    Job("retired-keys", HOUR_S, lambda: retired_keys_destroy(installation())),
    Job("records.stale_people", HOUR_S, stale_people_disabled),
    Job("records.old_sessions", 24 * HOUR_S, sessions_forgotten),
)
