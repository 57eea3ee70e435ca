"""What the frame round every page needs: menu, theme, language and where we are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from voltward.pages.room import REGISTRY, MenuItem, Text

THEMES = ("light", "dark")
THEME_COOKIE = "voltward_theme"
MENU_COOKIE = "voltward_menu"


@dataclass(frozen=True)
class Line:
    """A menu line as drawn."""

    item: MenuItem
    url: str
    active: bool
    count: int


@dataclass(frozen=True)
class Section:
    title: Text
    lines: list[Line]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "menu": menu_of(request),
        "theme": theme if theme in THEMES else "light",
        "menu_narrow": request.COOKIES.get(MENU_COOKIE) == "narrow",
        "language": translation.get_language(),
        "request_number": request.META.get("voltward.number", ""),
    }


def menu_of(request: HttpRequest) -> list[Section]:
    """The left menu for whoever asks; the longest matching address is the active line."""
    actor = getattr(request, "user", None)
    if actor is None or not actor.is_authenticated or hasattr(request, "wall_token"):
        return []
    items = [(item, reverse(item.url_name)) for item in REGISTRY.menu(actor)]
    matching = [url for _, url in items if request.path.startswith(url)]
    active = max(matching, key=len, default="")
    lines = [
        Line(item, url, url == active, item.count(actor) if item.count else 0)
        for item, url in items
    ]
    grouped = groupby(lines, key=lambda line: str(line.item.section))
    return [Section(title, list(group)) for title, group in grouped]
