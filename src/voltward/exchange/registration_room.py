"""What static registration adds to the room: menu, how it is shown elsewhere, a job."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.exchange.registration_lists import REGISTRATION_LISTS
from voltward.exchange.selectors.registrations import registration_visible
from voltward.exchange.services.registrations import registrations_sweep
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind
from voltward.records.models import Person

__all__ = ["REGISTRATION_LISTS"]
READ: Final = "exchange.read"


def _shown(actor: Person, key: str) -> Hit | None:
    found = registration_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    if found is None:
        return None
    return Hit(str(found), found.get_state_display(), reverse("registration", args=[found.pk]))


REGISTRATION_MENU = (
    MenuItem(_("监管对接"), _("静态数据备案"), "registrations", "file-text", READ, 317),
)
REGISTRATION_SUBJECTS = (SubjectKind("StaticRegistration", _("静态数据备案"), READ, 76, _shown),)
REGISTRATION_JOBS = (Job("exchange.registrations", 60.0, registrations_sweep),)
