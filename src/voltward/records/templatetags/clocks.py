"""Tags of clocks: the remaining time as a mark, and the panel of a record's clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from voltward.records.actions import Subject, label
from voltward.records.models import Clock
from voltward.records.reckoning import look_of
from voltward.records.remaining import ended_text, remaining_text
from voltward.records.selectors.clocks import clocks_of

register = template.Library()
SHOWN = 50


@register.simple_tag
def time_left(due_at: datetime | None, started_at: datetime | None = None) -> SafeString:
    """What is left until ``due_at``: grey, amber in the last quarter since ``started_at``, red when late."""
    now = timezone.now()
    look = look_of(started_at or now, due_at, now)
    return _mark(look, remaining_text(due_at, now))


@register.simple_tag
def clock_mark(clock: Clock) -> SafeString:
    """The same for a clock; one that has ended says how."""
    if clock.is_going:
        return time_left(clock.due_at, clock.started_at)
    return _mark("late" if clock.was_late else "calm", ended_text(clock))


@register.inclusion_tag("records/clocks_panel.html", takes_context=True)
def clocks_panel(context: Context, record: Subject) -> dict[str, Any]:
    """The clocks of a record, for any record's page: ``{% load clocks %}{% clocks_panel incident %}``."""
    actor = context["request"].user
    may = "clock.read" in actor.grants
    clocks = list(clocks_of(actor, label(record))[:SHOWN]) if may else []
    return {"clocks": clocks, "may": may, "request": context["request"]}


def _mark(look: str, text: str) -> SafeString:
    return format_html('<span class="vw-clock vw-clock-{}">{}</span>', look, text)
