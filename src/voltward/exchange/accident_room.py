"""What accident data add to the room: menu, how they are shown elsewhere, jobs."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.exchange.accident_lists import ACCIDENT_LISTS
from voltward.exchange.selectors.accidents import accident_by_id, version_by_id
from voltward.exchange.services import accidents
from voltward.exchange.services.accident_freezing import accidents_freeze
from voltward.exchange.services.accident_reports import accident_reports_make
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind
from voltward.records.models import Person

__all__ = ["ACCIDENT_LISTS"]
READ: Final = "exchange.read"
STEPS = (accidents,)  # naming it makes it hear of alarms


def _package_shown(actor: Person, key: str) -> Hit | None:
    try:
        found = accident_by_id(actor, int(key)) if key.isdecimal() and len(key) < 19 else None
    except NotFound:
        return None
    if found is None:
        return None
    return Hit(str(found), found.get_state_display(), reverse("accident", args=[found.pk]))


def _version_shown(actor: Person, key: str) -> Hit | None:
    try:
        found = version_by_id(actor, int(key)) if key.isdecimal() and len(key) < 19 else None
    except NotFound:
        return None
    if found is None:
        return None
    return Hit(str(found), found.sha256, reverse("accident", args=[found.package_id]))


ACCIDENT_MENU = (
    MenuItem(_("监管对接"), _("事故数据包"), "accidents", "alert-triangle", READ, 309),
)
ACCIDENT_SUBJECTS = (
    SubjectKind("AccidentPackage", _("事故数据包"), READ, 74, _package_shown),
    SubjectKind("AccidentVersion", _("事故数据包版本"), READ, 75, _version_shown),
)
ACCIDENT_JOBS = (
    Job("exchange.accidents", 15.0, accidents_freeze),
    Job("exchange.accident-reports", 5.0, accident_reports_make),
)
