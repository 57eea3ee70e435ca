"""Collects the ``room.py`` of every room named in the settings."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from voltward.pages.room import Room


def rooms() -> list[Room]:
    """In the order of the settings; a room without pages has no ``room.py``."""
    names = (f"voltward.{room}.room" for room in settings.ROOMS)
    return [import_module(name).ROOM for name in names if find_spec(name) is not None]
