"""Addresses of the links to public platforms."""

from django.urls import path

from voltward.exchange.ui import (
    platform_covers,
    platform_drafts,
    platform_revisions,
    platforms,
    requests,
    simulated_platform,
)

PLATFORM_URLS = [
    path("exchange/links/", platforms.PlatformList.as_view(), name="uplinks"),
    path("exchange/new-link/", platform_drafts.add, name="uplink-add"),
    path("exchange/links/<str:name>/", platforms.page, name="uplink"),
    path("exchange/links/<str:name>/live/", platforms.live, name="uplink-live"),
    path("exchange/links/<str:name>/curves/", platforms.curves, name="uplink-curves"),
    path("exchange/links/<str:name>/pause/", platforms.pause, name="uplink-pause"),
    path("exchange/links/<str:name>/resume/", platforms.resume, name="uplink-resume"),
    path("exchange/links/<str:name>/stop/", simulated_platform.stop, name="uplink-stop"),
    path("exchange/links/<str:name>/start/", simulated_platform.start, name="uplink-start"),
    path("exchange/links/<str:name>/request/", requests.ask, name="uplink-request"),
    path("exchange/links/<str:name>/retire/", platforms.retire, name="uplink-retire"),
    path("exchange/links/<str:name>/draft/", platform_drafts.begin, name="uplink-draft"),
    path(
        "exchange/links/<str:name>/<int:number>/", platform_revisions.page, name="uplink-revision"
    ),
    path("exchange/links/<str:name>/<int:number>/edit/", platform_drafts.edit, name="uplink-edit"),
    path(
        "exchange/links/<str:name>/<int:number>/cover/", platform_covers.cover, name="uplink-cover"
    ),
    path(
        "exchange/links/<str:name>/<int:number>/vehicles/",
        platform_drafts.vehicles,
        name="uplink-vehicles",
    ),
    path(
        "exchange/links/<str:name>/<int:number>/items/", platform_drafts.items, name="uplink-items"
    ),
    path(
        "exchange/links/<str:name>/<int:number>/propose/",
        platform_revisions.propose,
        name="uplink-propose",
    ),
    path(
        "exchange/links/<str:name>/<int:number>/drop/", platform_revisions.drop, name="uplink-drop"
    ),
]
