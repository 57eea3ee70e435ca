"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from voltward.exchange.platform_room import (
    PLATFORM_JOBS,
    PLATFORM_LISTS,
    PLATFORM_MENU,
    PLATFORM_SUBJECTS,
)
from voltward.pages.room import Room

ROOM = Room(
    name="exchange",
    menu=(*PLATFORM_MENU,),
    subjects=(*PLATFORM_SUBJECTS,),
    jobs=(*PLATFORM_JOBS,),
    lists=(*PLATFORM_LISTS,),
    urls="voltward.exchange.ui.urls",
)
