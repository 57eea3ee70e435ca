"""Filters of deadline rules in templates."""

from __future__ import annotations

from django import template

from voltward.records.deadline_texts import (
    confidence_text,
    duration_text,
    point_name_text,
    warnings_text,
)

register = template.Library()
register.filter("duration", duration_text)
register.filter("confidence", confidence_text)
register.filter("point_text", point_name_text)
register.filter("warnings_text", warnings_text)
