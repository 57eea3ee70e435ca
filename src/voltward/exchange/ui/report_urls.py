"""Addresses of reports and feedback."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.report_lists import FEEDBACKS, REPORTS
from voltward.exchange.ui import reports
from voltward.pages.lists.page import page_of

REPORT_URLS: list[URLPattern | URLResolver] = [
    path("reports/", page_of(REPORTS).as_view(), name="reports"),
    path("reports/<int:report_id>/", reports.report_page, name="report"),
    path("reports/<int:report_id>/repeat/", reports.repeat, name="report-repeat"),
    path("feedback/", page_of(FEEDBACKS).as_view(), name="feedbacks"),
    path("feedback/<int:feedback_id>/", reports.feedback_page, name="feedback"),
]
