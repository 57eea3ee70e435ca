"""Addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.ui import (
    alarm_acts,
    alarm_preview,
    alarms,
    cells,
    explainer,
    frames,
    gaps,
    history,
    live,
    overview,
)

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
    path("vehicles/<str:vin>/position/", live.position, name="vehicle-position"),
    path("vehicles/<str:vin>/fire/", live.fire, name="vehicle-fire"),
]
