"""Every address of the platform: the frame's own, then those of each room."""

from django.urls import URLPattern, URLResolver, include, path

from voltward.entry import health, metrics
from voltward.entry.api.schema import Schema
from voltward.entry.rooms import rooms
from voltward.pages import errors, views
from voltward.pages.lists.api import api_urls

_ROOMS = rooms()
_api: list[URLPattern | URLResolver] = [path("schema/", Schema.as_view(), name="api-schema")]
_api += api_urls()
_api += [path("", include(room.api_urls)) for room in _ROOMS if room.api_urls]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/", include(_api)),
]
urlpatterns += [path("", include(room.urls)) for room in _ROOMS if room.urls]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
