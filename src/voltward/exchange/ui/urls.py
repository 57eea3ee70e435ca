"""Addresses of exchange/."""

from django.urls import URLPattern, URLResolver

from voltward.exchange.ui.proof_urls import urlpatterns as proof_urls

urlpatterns: list[URLPattern | URLResolver] = [*proof_urls]
