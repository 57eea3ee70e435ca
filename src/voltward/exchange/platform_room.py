"""What the links to public platforms add to the room: menu, how records are shown elsewhere, jobs."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.exchange.models import PlatformRevision
from voltward.exchange.platform_lists import PLATFORMS, SECTION
from voltward.exchange.selectors.platforms import platform_visible
from voltward.exchange.selectors.requests import request_visible
from voltward.exchange.services import (
    platform_approving,
    platform_install,
    requests,
    simulated_platform,
)
from voltward.exchange.services.platform_watch import samples_take, warnings_look
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind
from voltward.records.models import Person

# naming them makes their second persons and actions known
STEPS = (platform_approving, platform_install, requests, simulated_platform)
READ: Final = "exchange.read"


def _platform_shown(actor: Person, key: str) -> Hit | None:
    found = platform_visible(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(str(found), found.name, reverse("uplink", args=[found.name]))


def _revision_shown(actor: Person, key: str) -> Hit | None:
    rows = PlatformRevision.objects.filter(platform__in=platform_visible(actor))
    found = rows.select_related("platform").filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    url = reverse("uplink-revision", args=[found.platform.name, found.number])
    return Hit(str(found), found.note, url)


def _request_shown(actor: Person, key: str) -> Hit | None:
    found = request_visible(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(str(found), found.reason, reverse("uplink", args=[found.platform.name]))


PLATFORM_MENU = (MenuItem(SECTION, _("平台对接"), "uplinks", "arrow-up-right", READ, 300),)
PLATFORM_SUBJECTS = (
    SubjectKind("PublicPlatform", _("公共平台"), READ, 70, _platform_shown),
    SubjectKind("PlatformRevision", _("平台设置版本"), READ, 71, _revision_shown),
    SubjectKind("UplinkRequest", _("过期报文发送"), READ, 72, _request_shown),
)
PLATFORM_JOBS = (
    Job("exchange.samples", 60.0, samples_take),
    Job("exchange.warnings", 15.0, warnings_look),
)
PLATFORM_LISTS = (PLATFORMS,)
