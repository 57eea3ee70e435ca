"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.ui import (
    cells,
    explainer,
    frames,
    gaps,
    history,
    live,
    overview,
    watch,
    watch_batch,
    watch_limits,
)
from voltward.monitoring.ui.watch_lists import page_of_queue
from voltward.monitoring.ui.watch_words import QUEUE_WORDS

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
    path("vehicles/<str:vin>/position/", live.position, name="vehicle-position"),
    path("vehicles/<str:vin>/fire/", live.fire, name="vehicle-fire"),
    path("watch/", watch.overview, name="watch"),
    path("watch/<int:case_id>/", watch.page, name="watch-case"),
    path("watch/limits/", watch_limits.limits, name="watch-limits"),
    path("watch/limits/<str:code>/", watch_limits.propose, name="watch-limit-propose"),
    *(
        path(f"watch/{words.slug}/", page_of_queue(queue).as_view(), name=f"watch-{words.slug}")
        for queue, words in QUEUE_WORDS.items()
    ),
    path("watch/<slug:slug>/batch/", watch_batch.page, name="watch-batch"),
]
