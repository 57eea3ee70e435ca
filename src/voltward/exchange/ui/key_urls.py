"""Addresses of keys, agreements and security events."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.key_lists import SEAL_AGREEMENTS, SECURITY_EVENTS, TERMINAL_KEYS
from voltward.exchange.ui import seal_agreements, terminal_keys
from voltward.pages.lists.page import page_of

KEY_URLS: list[URLPattern | URLResolver] = [
    path("terminal-keys/", page_of(TERMINAL_KEYS).as_view(), name="terminal-keys"),
    path("terminal-keys/<int:key_id>/", terminal_keys.page, name="terminal-key"),
    path("seal-agreements/", page_of(SEAL_AGREEMENTS).as_view(), name="seal-agreements"),
    path("seal-agreements/propose/", seal_agreements.propose, name="seal-agreement-propose"),
    path("security-events/", page_of(SECURITY_EVENTS).as_view(), name="security-events"),
]
