"""Addresses of accident data."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.accident_lists import ACCIDENTS
from voltward.exchange.ui import accidents
from voltward.pages.lists.page import page_of

ACCIDENT_URLS: list[URLPattern | URLResolver] = [
    path("accidents/", page_of(ACCIDENTS).as_view(), name="accidents"),
    path("accidents/ask/", accidents.ask, name="accident-ask"),
    path("accidents/<int:package_id>/", accidents.page, name="accident"),
    path("accidents/<int:package_id>/report/", accidents.report, name="accident-report"),
    path("accidents/<int:package_id>/hold/", accidents.hold, name="accident-hold"),
    path(
        "accidents/<int:package_id>/<int:number>/verify/", accidents.verify, name="accident-verify"
    ),
    path("accidents/<int:package_id>/<int:number>/file/", accidents.take, name="accident-file"),
]
