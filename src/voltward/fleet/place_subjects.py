"""Service outlets and charging sites as others meet them: by label, in the search box, with attachments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.selectors.places import READ, outlets_matching, sites_matching
from voltward.fleet.selectors.products import product_by_id, product_visible
from voltward.fleet.ui.places import KINDS, OUTLET, SITE, PlaceKind
from voltward.pages.room import Hit, Search, SubjectKind
from voltward.records.attachments import owners
from voltward.records.models import Person


def _shown(kind: PlaceKind) -> Callable[[Person, str], Hit | None]:
    def shown(actor: Person, key: str) -> Hit | None:
        rows = product_visible(actor, kind.model)
        row = rows.filter(pk=key).first() if key.isdigit() else None
        return None if row is None else Hit(row.name, row.area, kind.page_url(row))

    return shown


def _named(kind: PlaceKind) -> Callable[[Person, str], str | None]:
    def named(actor: Person, text: str) -> str | None:
        row = product_visible(actor, kind.model).filter(code=text.strip()).first()
        return None if row is None else str(row.pk)

    return named


def _found(kind: PlaceKind) -> Callable[[Person, int], models.Model]:
    def found(actor: Person, key: int) -> models.Model:
        row: models.Model = product_by_id(actor, kind.model, key)
        return row

    return found


def find_outlets(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Service outlets by code or name."""
    found = outlets_matching(actor, text, limit)
    return [Hit(one.name, one.area, OUTLET.page_url(one)) for one in found]


def find_sites(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Charging sites by code or name."""
    found = sites_matching(actor, text, limit)
    return [Hit(one.name, one.operator, SITE.page_url(one)) for one in found]


PLACE_SUBJECTS = tuple(
    SubjectKind(kind.model.__name__, kind.title, READ, 30 + at, _shown(kind), _named(kind))
    for at, kind in enumerate(KINDS)
)
PLACE_SEARCH = (
    Search(_("服务网点"), READ, 16, find_outlets),
    Search(_("充电站"), READ, 17, find_sites),
)
for _kind in KINDS:
    owners.register(owners.Owner(_kind.model.__name__, READ, _found(_kind)))
