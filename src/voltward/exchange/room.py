"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from voltward.exchange.quality_room import (
    QUALITY_JOBS,
    QUALITY_LISTS,
    QUALITY_MENU,
    QUALITY_SUBJECTS,
    QUALITY_TABS,
    QUALITY_TASKS,
)
from voltward.pages.room import Room

ROOM = Room(
    name="exchange",
    menu=QUALITY_MENU,
    tabs=QUALITY_TABS,
    subjects=QUALITY_SUBJECTS,
    tasks=QUALITY_TASKS,
    jobs=QUALITY_JOBS,
    lists=QUALITY_LISTS,
    urls="voltward.exchange.ui.urls",
)
