"""``{% links_panel vehicle %}``: what the record is linked to, from both directions."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from voltward.pages.room import REGISTRY
from voltward.records.actions import Subject, label
from voltward.records.links import links_of, readings

register = template.Library()


@register.inclusion_tag("records/links_panel.html", takes_context=True)
def links_panel(context: Context, record: Subject) -> dict[str, Any]:
    """Nothing for readers without ``link.read``."""
    request = context["request"]
    actor, name = request.user, label(record)
    may = "link.read" in actor.grants
    return {
        "request": request,
        "record": name,
        "may": may,
        "may_write": "link.write" in actor.grants,
        "links": links_of(actor, name) if may else [],
        "readings": readings(),
        "kinds": [one for one in REGISTRY.subjects(actor) if one.named],
    }
