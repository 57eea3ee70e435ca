"""What the page of any record is made of: clocks in its header, its panels, its timeline, its print.

{% load details %}
{% print_head %}                 first thing of the page: on paper only
{% print_button %} {% clock_line vehicle %}
{% record_panels vehicle %}      clocks, links, attachments
{% timeline_panel vehicle %}     of a tracked record
"""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models
from django.template.context import Context
from django.utils import timezone

from voltward.records.actions import Subject, label
from voltward.records.history import history_of
from voltward.records.selectors.clocks import clock_going

register = template.Library()
IN_HEADER = 3


@register.inclusion_tag("records/clock_line.html", takes_context=True)
def clock_line(context: Context, record: Subject) -> dict[str, Any]:
    """The clocks of a record that run, the soonest first, for its header."""
    actor = context["request"].user
    if "clock.read" not in actor.grants:
        return {"clocks": []}
    return {"clocks": clock_going(actor).filter(subject=label(record))[:IN_HEADER]}


@register.inclusion_tag("records/record_panels.html", takes_context=True)
def record_panels(context: Context, record: Subject) -> dict[str, Any]:
    """Clocks, links and attachments of a record, each for whoever may read it."""
    return {"request": context["request"], "record": record}


@register.inclusion_tag("records/timeline_panel.html")
def timeline_panel(record: models.Model) -> dict[str, Any]:
    """Every version of a tracked record, newest first."""
    return {"timeline": history_of(record)}


@register.inclusion_tag("records/print_head.html", takes_context=True)
def print_head(context: Context) -> dict[str, Any]:
    """Whose record it is, who prints it and when, repeated on every sheet."""
    request = context["request"]
    return {
        "request": request,
        "now": timezone.localtime(),
        "zone": timezone.get_current_timezone_name(),
        "number": request.META.get("voltward.number", ""),
    }


@register.inclusion_tag("records/print_button.html")
def print_button() -> dict[str, Any]:
    return {}
