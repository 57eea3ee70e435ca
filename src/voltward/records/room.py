"""What records/ shows: the audit trail."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Job, MenuItem, Room
from voltward.records.services.audit_checkpoints import audit_checkpoint
from voltward.records.services.audit_seals import audit_rows_seal
from voltward.records.services.audit_verifications import audit_verification_run

ROOM = Room(
    name="records",
    menu=(MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),),
    jobs=(
        Job("audit.seal", 1.0, audit_rows_seal),
        Job("audit.checkpoint", 5.0, audit_checkpoint),
        Job("audit.verify", 2.0, audit_verification_run),
    ),
    urls="voltward.records.ui.urls",
)
