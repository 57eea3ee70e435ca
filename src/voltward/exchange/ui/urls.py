"""Addresses of exchange/."""

from django.urls import URLPattern, URLResolver

from voltward.exchange.ui import quality_urls
from voltward.exchange.ui.accident_urls import ACCIDENT_URLS
from voltward.exchange.ui.downlink_urls import DOWNLINK_URLS
from voltward.exchange.ui.key_urls import KEY_URLS
from voltward.exchange.ui.manual_report_urls import MANUAL_REPORT_URLS
from voltward.exchange.ui.platform_urls import PLATFORM_URLS
from voltward.exchange.ui.proof_urls import urlpatterns as proof_urls
from voltward.exchange.ui.registration_urls import REGISTRATION_URLS
from voltward.exchange.ui.report_urls import REPORT_URLS

urlpatterns: list[URLPattern | URLResolver] = [
    *PLATFORM_URLS,
    *proof_urls,
    *quality_urls.urlpatterns,
    *KEY_URLS,
    *REPORT_URLS,
    *MANUAL_REPORT_URLS,
    *DOWNLINK_URLS,
    *ACCIDENT_URLS,
    *REGISTRATION_URLS,
]
