"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.ui import (
    cells,
    explainer,
    fault_codes,
    frames,
    gaps,
    history,
    limit_drafts,
    limit_matrices,
    limit_profiles,
    limit_trials,
    limits,
    live,
    overview,
    rules,
)
from voltward.pages.lists.page import page_of

urlpatterns = [
    path("monitoring/", overview.page, name="overview"),
    path("monitoring/figures/", overview.figures, name="overview-figures"),
    path("rules/", rules.catalogue, name="rules"),
    path("rules/<str:code>/", rules.page, name="rule"),
    path("limits/", limits.index, name="limit-sets"),
    path("limits/draft/", limits.draft, name="limit-draft"),
    path("limits/<int:set_id>/", limits.set_page, name="limit-set"),
    path("limits/revisions/<int:revision_id>/", limit_drafts.page, name="limit-revision"),
    path("limits/revisions/<int:revision_id>/yaml/", limits.export, name="limit-export"),
    path("limits/revisions/<int:revision_id>/file/", limit_drafts.take_file, name="limit-file"),
    path("limits/revisions/<int:revision_id>/propose/", limit_drafts.propose, name="limit-propose"),
    path("limits/revisions/<int:revision_id>/drop/", limit_drafts.drop, name="limit-drop"),
    path("limits/revisions/<int:revision_id>/back/", limits.roll_back, name="limit-roll-back"),
    path(
        "limits/revisions/<int:revision_id>/matrices/", limit_matrices.edit, name="limit-matrices"
    ),
    path("limits/revisions/<int:revision_id>/profile/", limit_profiles.edit, name="limit-profile"),
    path("limits/revisions/<int:revision_id>/try/", limit_trials.ask, name="limit-try"),
    path(
        "limits/revisions/<int:revision_id>/edit/<str:group>/", limit_drafts.edit, name="limit-edit"
    ),
    path(
        "limits/revisions/<int:revision_id>/against/<int:other_id>/",
        limits.compare,
        name="limit-compare",
    ),
    path("limits/trials/<int:trial_id>/", limit_trials.page, name="limit-trial"),
    path(
        "limits/trials/<int:trial_id>/progress/", limit_trials.progress, name="limit-trial-progress"
    ),
    path("fault-codes/", page_of(fault_codes.FAULT_CODES).as_view(), name="fault-codes"),
    path("fault-codes/new/", fault_codes.new, name="fault-code-new"),
    path("fault-codes/<int:row_id>/", fault_codes.page, name="fault-code"),
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
]
