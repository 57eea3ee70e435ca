"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.lists import DISPOSITIONS, OWNER_NOTICES, WEBHOOKS
from voltward.monitoring.ui import (
    alarm_acts,
    alarm_preview,
    alarms,
    cells,
    desk,
    dispositions,
    explainer,
    frames,
    gaps,
    history,
    live,
    overview,
    vehicle_alarms,
    webhooks,
)
from voltward.pages.lists.page import page_of

urlpatterns = [
    path("monitoring/", overview.page, name="overview"),
    path("monitoring/figures/", overview.figures, name="overview-figures"),
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
]
