"""The records of fleet/ as others meet them: shown by label, found by name, with attachments and links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.fleet import selectors
from voltward.fleet.models import (
    BatteryPack,
    BatteryType,
    ControllerType,
    MotorType,
    Platform,
    Terminal,
    VehicleModel,
)
from voltward.fleet.selectors.products import product_by_id, product_visible
from voltward.fleet.ui.kinds import KINDS, Kind, page_url
from voltward.pages.room import Hit, SubjectKind
from voltward.records import links
from voltward.records.attachments import owners
from voltward.records.models import Person

READ: Final = "vehicle.read"
# what a record is called by; a configuration's name is good within its model only
NAMES: Final[dict[type[models.Model], str]] = {
    Platform: "code",
    VehicleModel: "name",
    BatteryType: "name",
    MotorType: "name",
    ControllerType: "name",
    BatteryPack: "code",
    Terminal: "serial",
}

REPLACES = links.register(links.LinkKind("fleet.replaces", _("替换了"), _("被替换为")))


def vehicle_shown(actor: Person, key: str) -> Hit | None:
    """The vehicle that audit rows and links name ``Vehicle:<key>``."""
    found = selectors.vehicle_visible(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(found.vin, found.model_name, reverse("vehicle", args=[found.vin]))


def vehicle_named(actor: Person, text: str) -> str | None:
    """The key of the vehicle with this VIN."""
    try:
        return str(selectors.vehicle_by_vin(actor, text).pk)
    except NotFound:
        return None


def _vehicle_found(actor: Person, key: int) -> models.Model:
    found = selectors.vehicle_visible(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(f"vehicle {key}")
    return found


def _shown(kind: Kind) -> Callable[[Person, str], Hit | None]:
    def shown(actor: Person, key: str) -> Hit | None:
        rows = product_visible(actor, kind.model)
        row = rows.filter(pk=key).first() if key.isdigit() else None
        return None if row is None else Hit(str(row), "", page_url(row))

    return shown


def _named(kind: Kind) -> Callable[[Person, str], str | None] | None:
    field = NAMES.get(kind.model)
    if field is None:
        return None

    def named(actor: Person, text: str) -> str | None:
        word = text.upper() if kind.model is BatteryPack else text
        row = product_visible(actor, kind.model).filter(**{field: word}).first()
        return None if row is None else str(row.pk)

    return named


def _found(kind: Kind) -> Callable[[Person, int], models.Model]:
    return lambda actor, key: product_by_id(actor, kind.model, key)


SUBJECTS = (
    SubjectKind("Vehicle", _("车辆"), READ, 10, vehicle_shown, vehicle_named),
    *(
        SubjectKind(kind.model.__name__, kind.title, READ, 11 + place, _shown(kind), _named(kind))
        for place, kind in enumerate(KINDS)
    ),
)
owners.register(owners.Owner("Vehicle", READ, _vehicle_found))
for _kind in KINDS:
    owners.register(owners.Owner(_kind.model.__name__, READ, _found(_kind)))
