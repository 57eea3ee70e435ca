"""API addresses of monitoring/."""

from django.urls import path

from voltward.monitoring.api.telemetry import HistoryApi, LatestApi

urlpatterns = [
    path("vehicles/<str:vin>/latest/", LatestApi.as_view(), name="api-vehicle-latest"),
    path("vehicles/<str:vin>/history/", HistoryApi.as_view(), name="api-vehicle-history"),
]
