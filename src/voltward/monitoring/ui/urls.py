"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.ui import (
    cells,
    explainer,
    frames,
    gaps,
    history,
    live,
    maps,
    overview,
    screens,
    tracks,
)

urlpatterns = [
    path("monitoring/", overview.page, name="overview"),
    path("monitoring/figures/", overview.figures, name="overview-figures"),
    path("explain/", explainer.page, name="explain"),
    path("vehicles/<str:vin>/live/", live.page, name="vehicle-live"),
    path("vehicles/<str:vin>/live/events/", live.events, name="vehicle-live-events"),
    path("vehicles/<str:vin>/history/", history.page, name="vehicle-history"),
    path("vehicles/<str:vin>/history/curves/", history.curves, name="vehicle-history-curves"),
    path("vehicles/<str:vin>/cells/", cells.page, name="vehicle-cells"),
    path("vehicles/<str:vin>/cells/matrix/", cells.matrix, name="vehicle-cells-matrix"),
    path("vehicles/<str:vin>/frames/", frames.page, name="vehicle-frames"),
    path("vehicles/<str:vin>/frames/<path:position>/", frames.explained, name="vehicle-frame"),
    path("vehicles/<str:vin>/gaps/", gaps.page, name="vehicle-gaps"),
    path("vehicles/<str:vin>/track/", tracks.page, name="vehicle-track"),
    path("vehicles/<str:vin>/track/points/", tracks.points, name="vehicle-track-points"),
    path("vehicles/<str:vin>/track/exact/", tracks.exact, name="vehicle-track-exact"),
    path("vehicles/<str:vin>/place/", maps.place, name="vehicle-place"),
    path("map/", maps.page, name="map"),
    path("map/cells/", maps.cells, name="map-cells"),
    path("map/alarms/", maps.alarms, name="map-alarms"),
    path("screen/", screens.index, name="screens"),
    path("vehicles/<str:vin>/position/", live.position, name="vehicle-position"),
    path("vehicles/<str:vin>/fire/", live.fire, name="vehicle-fire"),
]
for screen in screens.SCREENS:
    urlpatterns += [
        path(f"screen/{screen.name}/", screens.page_of(screen), name=screen.url_name),
        path(
            f"screen/{screen.name}/data/", screens.data_of(screen), name=f"{screen.url_name}-data"
        ),
    ]
