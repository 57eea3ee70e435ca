"""The kinds of product records that share one list, one page and one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import (
    BatteryPack,
    BatteryType,
    Configuration,
    ControllerType,
    MotorType,
    Platform,
    Terminal,
    VehicleModel,
)
from voltward.fleet.selectors import parts as parts_selectors
from voltward.fleet.selectors import products as selectors
from voltward.fleet.services import products as services
from voltward.pages.room import Text
from voltward.records.models import Person

SHOWN_RELATED = 50


@dataclass(frozen=True)
class Related:
    """A list beside a record: title, and each line's text and address."""

    title: Text
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Kind:
    """``slug`` names the addresses; ``write`` is the service behind the form."""

    slug: str
    model: type[models.Model]
    title: Text
    write: Callable[..., models.Model]
    related: Callable[[Person, Any], list[Related]] = lambda _actor, _row: []
    template: str = "fleet/product_page.html"

    @property
    def fields(self) -> tuple[str, ...]:
        return services.EDITABLE[self.model]


def page_url(row: models.Model) -> str:
    """The page of a product record, "" for kinds that have none."""
    kind = BY_MODEL.get(type(row))
    return reverse(f"{kind.slug}-page", args=[row.pk]) if kind else ""


def _listed(title: Text, rows: Any) -> Related:
    return Related(title, [(str(row), page_url(row)) for row in rows[:SHOWN_RELATED]])


def _of_platform(actor: Person, row: Platform) -> list[Related]:  # noqa: ARG001 - the face of its kind
    return [_listed(_("车型"), row.vehicle_models.order_by("name"))]


def _of_model(actor: Person, row: VehicleModel) -> list[Related]:  # noqa: ARG001 - the face of its kind
    return [_listed(_("配置"), row.configurations.select_related("model").order_by("name"))]


def _of_configuration(actor: Person, row: Configuration) -> list[Related]:
    vehicles = selectors.vehicle_of_configuration(actor, row)[:SHOWN_RELATED]
    lines = [(one.vin, reverse("vehicle", args=[one.vin])) for one in vehicles]
    return [Related(_("车辆"), lines)]


def _of_drive_unit(actor: Person, row: Any) -> list[Related]:  # noqa: ARG001 - the face of its kind
    return [_listed(_("配置"), row.configurations.select_related("model").order_by("model__name"))]


def _of_pack(actor: Person, row: BatteryPack) -> list[Related]:
    fittings = parts_selectors.fittings_of_pack(actor, row)[:SHOWN_RELATED]
    lines = [
        (f"{one.vehicle.vin} · {one.fitted_on} – {one.removed_on or ''}",
         reverse("vehicle-build", args=[one.vehicle.vin]))
        for one in fittings
    ]  # fmt: skip
    return [Related(_("装配记录"), lines)]


KINDS: tuple[Kind, ...] = (
    Kind("platform", Platform, _("产品技术平台"), services.platform_write, _of_platform),
    Kind("vehicle-model", VehicleModel, _("车型"), services.vehicle_model_write, _of_model,
         "fleet/model_page.html"),
    Kind("configuration", Configuration, _("配置"), services.configuration_write, _of_configuration),
    Kind("battery-type", BatteryType, _("电池类型"), services.battery_type_write, _of_drive_unit,
         "fleet/battery_type_page.html"),
    Kind("motor-type", MotorType, _("电机型号"), services.motor_type_write, _of_drive_unit),
    Kind("controller-type", ControllerType, _("电机控制器型号"), services.controller_type_write,
         _of_drive_unit, "fleet/controller_type_page.html"),
    Kind("pack", BatteryPack, _("电池包"), services.pack_write, _of_pack),
    Kind("terminal", Terminal, _("车载终端"), services.terminal_write),
)  # fmt: skip
BY_MODEL = {kind.model: kind for kind in KINDS}
