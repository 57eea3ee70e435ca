"""Addresses of the pages of uploads."""

from django.urls import path

from voltward.exchange.ui import missing_frame, reconciliation, uploads

urlpatterns = [
    path("exchange/reconciliation/", reconciliation.overview, name="reconciliation"),
    path(
        "exchange/reconciliation/<str:name>/<str:day>/",
        reconciliation.day_page,
        name="reconciliation-day",
    ),
    path("exchange/missing-frame/", missing_frame.page, name="missing-frame"),
    path("vehicles/<str:vin>/upload/", uploads.page, name="vehicle-upload"),
    path("vehicles/<str:vin>/upload/frames/", uploads.frames, name="vehicle-upload-frames"),
]
