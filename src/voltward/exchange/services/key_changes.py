"""Counts changes of keys, so that the gateways hear of them."""

from __future__ import annotations

from django.db.models import F

from voltward.exchange.models import KeyGeneration


def keys_changed() -> None:
    """Inside the transaction of the change; the row's lock puts changes in the order of commits."""
    KeyGeneration.objects.filter(pk=1).update(generation=F("generation") + 1)
