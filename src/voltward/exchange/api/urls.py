"""API addresses of exchange/."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.api.reconciliation import ReconciliationApi

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "exchange/reconciliation/", ReconciliationApi.as_view(), name="api-exchange-reconciliation"
    ),
]
