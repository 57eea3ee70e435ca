"""Every read of webhooks and of what they were told."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.monitoring.models import Webhook, WebhookDelivery
from voltward.records.models import Person


def webhook_visible(actor: Person) -> QuerySet[Webhook]:
    """The addresses of the actor's maker, open ones first."""
    rows = Webhook.objects.filter(maker=actor.maker_id).select_related("created_by")
    return rows.order_by("-closed_at", "name")


def webhook_by_id(actor: Person, webhook_id: int) -> Webhook:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    hook = webhook_visible(actor).filter(pk=webhook_id).first()
    if hook is None:
        raise NotFound(f"webhook {webhook_id}")
    return hook


def deliveries_of(actor: Person, hook: Webhook) -> QuerySet[WebhookDelivery]:
    """What an address was told or is to be told, newest first."""
    rows = WebhookDelivery.objects.filter(maker=actor.maker_id, webhook=hook)
    return rows.prefetch_related("tries").order_by("-pk")
