"""Tags and filters of every template: static files with their hash, icons, numbers, tabs."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.template import loader
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from voltward.pages.room import REGISTRY

register = template.Library()
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
THIN_SPACE = "\u2009"


@lru_cache(maxsize=256)
def _hash(path: str) -> str:
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]


@register.simple_tag
def asset(path: str) -> str:
    """Address of a static file that changes with its content."""
    return f"{static(path)}?v={_hash(path)}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite; it stands beside words, so readers skip it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        asset(SPRITE),
        name,
    )


@register.simple_tag
def dot(state: str, text: str) -> SafeString:
    """A state as shape, colour and word: never colour alone."""
    return format_html('<span class="vw-dot vw-dot-{}">{}</span>', state, text)


@register.filter
def unit(value: float | None, name: str) -> str:
    """``12.5|unit:"km/h"`` with a thin space; nothing gives a dash."""
    return "—" if value is None else f"{value}{THIN_SPACE}{name}"


@register.filter
def when(instant: datetime | None) -> SafeString | str:
    """Local time with date; the age stands beside it, both exact in the title."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    return format_html(
        '<time datetime="{}" title="{}">{}</time> <span class="vw-age">{}</span>',
        instant.isoformat(),
        instant.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S"),
        age(timezone.now() - instant if instant <= timezone.now() else None),
    )


def age(span: Any) -> str:
    """How long ago, in the largest whole unit."""
    if span is None:
        return ""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return _("%(number)d 秒前") % {"number": seconds}
    if seconds < 3600:
        return _("%(number)d 分钟前") % {"number": seconds // 60}
    if seconds < 86_400:
        return _("%(number)d 小时前") % {"number": seconds // 3600}
    return _("%(number)d 天前") % {"number": seconds // 86_400}


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The present query with some values replaced; an empty value drops the name."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def with_choice(context: Context, name: str, choice: Any) -> str:
    """The present query with a facet's choice taken, or given back where it was taken."""
    value = "" if choice.chosen else choice.value
    return with_query(context, **{name: value, "after": "", "before": "", "export": ""})


@register.inclusion_tag("pages/tabs.html", takes_context=True)
def record_tabs(context: Context, of: str, key: str) -> dict[str, Any]:
    """The tabs of a record's page that the reader may open."""
    request = context["request"]
    tabs = [
        (tab.title, reverse(tab.url_name, args=[key])) for tab in REGISTRY.tabs(of, request.user)
    ]
    return {"tabs": [(title, url, request.path.startswith(url)) for title, url in tabs]}


@register.simple_tag(takes_context=True)
def record_header(context: Context, of: str, record: Any) -> SafeString:
    """What other rooms show in the header of a record's page."""
    request = context["request"]
    parts = []
    for part in REGISTRY.headers(of, request.user):
        values = part.context(request.user, record)
        parts.append(loader.render_to_string(part.template, values, request=request))
    return SafeString("".join(parts))


@register.simple_tag(takes_context=True)
def top_parts(context: Context) -> SafeString:
    """What rooms show at the end of the top bar."""
    request = context["request"]
    parts = [
        loader.render_to_string(part.template, part.context(request.user), request=request)
        for part in REGISTRY.top(request.user)
    ]
    return SafeString("".join(parts))
