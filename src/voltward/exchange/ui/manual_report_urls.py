"""Addresses of manual reports."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.manual_report_lists import MANUAL_REPORTS
from voltward.exchange.ui import manual_reports
from voltward.pages.lists.page import page_of

MANUAL_REPORT_URLS: list[URLPattern | URLResolver] = [
    path("manual-reports/", page_of(MANUAL_REPORTS).as_view(), name="manual-reports"),
    path("manual-reports/<int:report_id>/", manual_reports.page, name="manual-report"),
]
