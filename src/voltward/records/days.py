"""Which day it is: Beijing's, for pages, services and jobs alike, whatever zone is active."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from voltward.base.units import BEIJING


def today() -> date:
    """The day by which dated rows come into force and end."""
    return timezone.localdate(timezone=BEIJING)
