"""What records/ does by itself: retention, the attachment store's order, and the end of old keys."""

from __future__ import annotations

from voltward.pages.room import Job
from voltward.records.selectors.people import installation
from voltward.records.services.attachment_contents import contents_scan, contents_sweep
from voltward.records.services.key_rotation import retired_keys_destroy
from voltward.records.services.retention import retention_apply

HOUR_S = 3600.0
JOBS = (
    Job("retention", 6 * HOUR_S, lambda: retention_apply(installation())),
    Job("attachment-scan", 5.0, lambda: contents_scan(installation())),
    Job("attachment-sweep", 6 * HOUR_S, contents_sweep),
    Job("retired-keys", HOUR_S, lambda: retired_keys_destroy(installation())),
)
