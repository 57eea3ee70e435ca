"""Addresses of data quality."""

from django.urls import path

from voltward.exchange.ui import quality, quality_cases, quality_limits
from voltward.exchange.ui.quality_lists import QualityCaseList, QualityDayList

urlpatterns = [
    path("quality/", quality.overview, name="quality-data"),
    path("quality/days/", QualityDayList.as_view(), name="quality-days"),
    path("quality/classes/<str:code>/", quality.class_page, name="quality-class"),
    path("quality/classes/<str:code>/open/", quality_cases.open_case, name="quality-case-open"),
    path("quality/cases/", QualityCaseList.as_view(), name="quality-cases"),
    path("quality/cases/<int:case_id>/", quality_cases.page, name="quality-case"),
    path("quality/limits/", quality_limits.limits, name="quality-limits"),
    path("quality/limits/<str:code>/", quality_limits.propose, name="quality-limit-propose"),
    path("vehicles/<str:vin>/quality/", quality.vehicle_tab, name="vehicle-quality"),
]
