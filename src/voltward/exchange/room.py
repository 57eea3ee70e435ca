"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from voltward.exchange.accident_room import (
    ACCIDENT_JOBS,
    ACCIDENT_LISTS,
    ACCIDENT_MENU,
    ACCIDENT_SUBJECTS,
)
from voltward.exchange.downlink_lists import DOWNLINK_LISTS
from voltward.exchange.downlink_room import DOWNLINK_MENU, DOWNLINK_SUBJECTS, DOWNLINK_TABS
from voltward.exchange.key_lists import KEY_LISTS
from voltward.exchange.key_room import KEY_MENU
from voltward.exchange.key_subjects import KEY_SUBJECTS
from voltward.exchange.manual_report_room import (
    MANUAL_REPORT_LISTS,
    MANUAL_REPORT_MENU,
    MANUAL_REPORT_SUBJECTS,
    MANUAL_REPORT_TASKS,
)
from voltward.exchange.platform_room import (
    PLATFORM_JOBS,
    PLATFORM_LISTS,
    PLATFORM_MENU,
    PLATFORM_SUBJECTS,
)
from voltward.exchange.proof_room import PROOF_MENU, PROOF_TABS
from voltward.exchange.quality_room import (
    QUALITY_JOBS,
    QUALITY_LISTS,
    QUALITY_MENU,
    QUALITY_SUBJECTS,
    QUALITY_TABS,
    QUALITY_TASKS,
)
from voltward.exchange.registration_room import (
    REGISTRATION_JOBS,
    REGISTRATION_LISTS,
    REGISTRATION_MENU,
    REGISTRATION_SUBJECTS,
)
from voltward.exchange.report_room import (
    REPORT_JOBS,
    REPORT_LISTS,
    REPORT_MENU,
    REPORT_SUBJECTS,
    REPORT_TASKS,
)
from voltward.pages.room import Room

ROOM = Room(
    name="exchange",
    menu=(
        *PLATFORM_MENU,
        *PROOF_MENU,
        *QUALITY_MENU,
        *KEY_MENU,
        *REPORT_MENU,
        *MANUAL_REPORT_MENU,
        *DOWNLINK_MENU,
        *ACCIDENT_MENU,
        *REGISTRATION_MENU,
    ),
    tabs=(*PROOF_TABS, *QUALITY_TABS, *DOWNLINK_TABS),
    subjects=(
        *PLATFORM_SUBJECTS,
        *QUALITY_SUBJECTS,
        *KEY_SUBJECTS,
        *REPORT_SUBJECTS,
        *MANUAL_REPORT_SUBJECTS,
        *DOWNLINK_SUBJECTS,
        *ACCIDENT_SUBJECTS,
        *REGISTRATION_SUBJECTS,
    ),
    tasks=(*QUALITY_TASKS, *REPORT_TASKS, *MANUAL_REPORT_TASKS),
    jobs=(*PLATFORM_JOBS, *QUALITY_JOBS, *REPORT_JOBS, *ACCIDENT_JOBS, *REGISTRATION_JOBS),
    lists=(
        *PLATFORM_LISTS,
        *QUALITY_LISTS,
        *KEY_LISTS,
        *REPORT_LISTS,
        *MANUAL_REPORT_LISTS,
        *DOWNLINK_LISTS,
        *ACCIDENT_LISTS,
        *REGISTRATION_LISTS,
    ),
    urls="voltward.exchange.ui.urls",
    api_urls="voltward.exchange.api.urls",
)
