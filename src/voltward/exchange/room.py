"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from voltward.exchange.proof_room import PROOF_MENU, PROOF_TABS
from voltward.pages.room import Room

ROOM = Room(
    name="exchange",
    menu=(*PROOF_MENU,),
    tabs=(*PROOF_TABS,),
    urls="voltward.exchange.ui.urls",
    api_urls="voltward.exchange.api.urls",
)
