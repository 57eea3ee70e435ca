"""Addresses of exchange/."""

from django.urls import URLPattern, URLResolver

from voltward.exchange.ui import quality_urls

urlpatterns: list[URLPattern | URLResolver] = [*quality_urls.urlpatterns]
