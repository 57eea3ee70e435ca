"""Every list of records/, as the room registers them."""

from __future__ import annotations

from voltward.pages.lists.declaration import List
from voltward.records.ui.accounts import ACCOUNTS
from voltward.records.ui.approvals import APPROVALS
from voltward.records.ui.audit import AUDIT
from voltward.records.ui.clocks import CLOCKS
from voltward.records.ui.deadlines import DEADLINES
from voltward.records.ui.imports import IMPORTS
from voltward.records.ui.inbox import INBOX
from voltward.records.ui.notice_chains import CHAINS
from voltward.records.ui.notice_channels import CHANNELS
from voltward.records.ui.notice_records import DELIVERIES
from voltward.records.ui.people import PEOPLE
from voltward.records.ui.sessions import SESSIONS
from voltward.records.ui.tasks import TASKS
from voltward.records.ui.work_calendar import WORK_DAYS

LISTS: tuple[List, ...] = (
    APPROVALS, CLOCKS, TASKS, INBOX, IMPORTS, PEOPLE, ACCOUNTS, SESSIONS, DEADLINES, WORK_DAYS, DELIVERIES,
    CHANNELS, CHAINS, AUDIT,
)  # fmt: skip
