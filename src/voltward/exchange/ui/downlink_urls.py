"""Addresses of commands to vehicles."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.downlink_lists import DOWNLINKS
from voltward.exchange.ui import downlink
from voltward.pages.lists.page import page_of

DOWNLINK_URLS: list[URLPattern | URLResolver] = [
    path("downlink/", page_of(DOWNLINKS).as_view(), name="downlink-commands"),
    path("downlink/<int:command_id>/", downlink.page, name="downlink-command"),
    path("downlink/<int:command_id>/withdraw/", downlink.withdraw, name="downlink-withdraw"),
    path("vehicles/<str:vin>/downlink/", downlink.tab, name="vehicle-downlink"),
    path("vehicles/<str:vin>/downlink/<str:kind>/", downlink.ask, name="downlink-ask"),
]
