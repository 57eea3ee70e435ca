"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.lists import DISPOSITIONS, OWNER_NOTICES, WEBHOOKS
from voltward.monitoring.ui import (
    alarm_acts,
    alarm_preview,
    alarms,
    availability,
    cells,
    desk,
    dispositions,
    duty_lists,
    explainer,
    fault_codes,
    frames,
    gaps,
    hand_overs,
    history,
    limit_drafts,
    limit_matrices,
    limit_profiles,
    limit_trials,
    limits,
    live,
    maps,
    overview,
    phones,
    presence_checks,
    roster,
    rules,
    screens,
    shifts,
    tracks,
    vehicle_alarms,
    watch,
    watch_batch,
    watch_limits,
    webhooks,
)
from voltward.monitoring.ui.watch_lists import page_of_queue
from voltward.monitoring.ui.watch_words import QUEUE_WORDS
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
    path("alarms/", alarms.AlarmList.as_view(), name="alarms"),
    path("alarms/rows/", alarms.rows, name="alarm-rows"),
    path("alarms/events/", alarms.events, name="alarm-events"),
    path("alarms/do/<str:step>/", alarm_acts.act, name="alarm-act"),
    path("alarms/close/", alarm_acts.close, name="alarm-close"),
    path("alarms/handover/", alarm_acts.hand_over, name="alarm-handover"),
    path("alarms/<int:alarm_id>/", alarm_preview.page, name="alarm"),
    path("alarms/<int:alarm_id>/preview/", alarm_preview.preview, name="alarm-preview"),
    path("alarms/<int:alarm_id>/curves/", alarm_preview.curves, name="alarm-curves"),
    path("explain/", explainer.page, name="explain"),
    path("platform/availability/", availability.page, name="availability"),
    path("duty/", roster.page, name="duty-roster"),
    path("duty/patterns/", roster.patterns, name="duty-patterns"),
    path("duty/patterns/<int:pattern_id>/close/", roster.pattern_close, name="duty-pattern-close"),
    path("duty/make/", roster.make, name="duty-make"),
    path("duty/shifts/", duty_lists.ShiftList.as_view(), name="duty-shifts"),
    path("duty/shifts/<int:shift_id>/", shifts.page, name="duty-shift"),
    path("duty/shifts/<int:shift_id>/hand-over/", hand_overs.page, name="duty-hand-over"),
    path("duty/checks/", duty_lists.CheckList.as_view(), name="duty-checks"),
    path("duty/checks/figures/", presence_checks.figures, name="duty-check-figures"),
    path("duty/checks/<int:check_id>/", presence_checks.page, name="duty-check"),
    path("duty/hand-overs/", duty_lists.HandOverList.as_view(), name="duty-hand-overs"),
    path("duty/phones/", phones.page, name="duty-phones"),
    path("duty/phones/<int:entry_id>/remove/", phones.remove, name="duty-phone-remove"),
    path("vehicles/<str:vin>/live/", live.page, name="vehicle-live"),
    path("vehicles/<str:vin>/live/events/", live.events, name="vehicle-live-events"),
    path("vehicles/<str:vin>/history/", history.page, name="vehicle-history"),
    path("vehicles/<str:vin>/history/curves/", history.curves, name="vehicle-history-curves"),
    path("vehicles/<str:vin>/cells/", cells.page, name="vehicle-cells"),
    path("vehicles/<str:vin>/cells/matrix/", cells.matrix, name="vehicle-cells-matrix"),
    path("vehicles/<str:vin>/frames/", frames.page, name="vehicle-frames"),
    path("vehicles/<str:vin>/frames/<path:position>/", frames.explained, name="vehicle-frame"),
    path("vehicles/<str:vin>/gaps/", gaps.page, name="vehicle-gaps"),
    path("vehicles/<str:vin>/alarms/", vehicle_alarms.page, name="vehicle-alarms"),
    path(
        "vehicles/<str:vin>/alarms/opt-out/", vehicle_alarms.opt_out, name="vehicle-owner-opt-out"
    ),
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
    path("alarms/load/", desk.page, name="desk-load"),
    path("alarms/load/rules/<int:rule_id>/", desk.propose, name="desk-rule-propose"),
    path("alarms/dispositions/", page_of(DISPOSITIONS).as_view(), name="dispositions"),
    path("alarms/dispositions/propose/", dispositions.propose, name="disposition-propose"),
    path("alarms/dispositions/<int:disposition_id>/", dispositions.page, name="disposition"),
    path("owner-notices/", page_of(OWNER_NOTICES).as_view(), name="owner-notices"),
    path("webhooks/", page_of(WEBHOOKS).as_view(), name="webhooks"),
    path("webhooks/add/", webhooks.add, name="webhook-add"),
    path("webhooks/<int:webhook_id>/", webhooks.page, name="webhook"),
    path("webhooks/<int:webhook_id>/key/", webhooks.key, name="webhook-key"),
    path("webhooks/<int:webhook_id>/close/", webhooks.close, name="webhook-close"),
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
for screen in screens.SCREENS:
    urlpatterns += [
        path(f"screen/{screen.name}/", screens.page_of(screen), name=screen.url_name),
        path(
            f"screen/{screen.name}/data/", screens.data_of(screen), name=f"{screen.url_name}-data"
        ),
    ]
