"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from voltward.pages.room import Room

ROOM = Room(name="exchange", urls="voltward.exchange.ui.urls")
