"""What fleet/ shows: vehicles and products, the tabs of a vehicle it owns, gaps, and its search."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import imports, part_imports, place_imports, product_imports, selectors
from voltward.fleet.lists import VEHICLES
from voltward.fleet.models import Vehicle
from voltward.fleet.place_subjects import PLACE_SEARCH, PLACE_SUBJECTS
from voltward.fleet.selectors import parts, products
from voltward.fleet.selectors.agreements import agreement_gap
from voltward.fleet.selectors.registration import registration_gaps
from voltward.fleet.services.identities import owners_with_phone
from voltward.fleet.services.registration import registration_sweep
from voltward.fleet.subjects import SUBJECTS
from voltward.fleet.ui.place_lists import LISTS as PLACE_LISTS
from voltward.fleet.ui.product_lists import LISTS as PRODUCT_LISTS
from voltward.pages.room import Hit, Job, MenuItem, Room, Search, Tab, Task, TaskSource
from voltward.records.models import Person

COUNTED = 10_000  # nobody works through more, and counting all of millions is slow


def find_vehicles(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Vehicles by the beginning or end of the VIN, or by plate."""
    return [
        Hit(vehicle.vin, vehicle.model_name, reverse("vehicle", args=[vehicle.vin]))
        for vehicle in selectors.vehicle_matching(actor, text, limit)
    ]


# naming them makes them known
IMPORT_KINDS = (
    imports.VEHICLES,
    part_imports.PARTS,
    product_imports.PLATFORMS,
    product_imports.CONTROLLER_TYPES,
    place_imports.OUTLETS,
    place_imports.SITES,
)


def find_terminals(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Terminals by ICCID."""
    return [
        Hit(
            one.iccid,
            one.vehicle.vin if one.vehicle else "",
            reverse("terminal-page", args=[one.pk]),
        )
        for one in parts.terminals_matching(actor, text, limit)
    ]


def find_packs(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Battery packs by code."""
    found = parts.packs_matching(actor, text, limit)
    return [Hit(one.code, "", reverse("pack-page", args=[one.pk])) for one in found]


def find_parts(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Parts by serial; the answer leads to the vehicle they are in."""
    return [
        Hit(part.serial, part.vehicle.vin, reverse("vehicle-build", args=[part.vehicle.vin]))
        for part in parts.parts_matching(actor, text, limit)
    ]


def find_owners(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Owners by their whole telephone; the answer is masked and leads to the vehicle's period."""
    return [
        Hit(
            f"{one.name} {one.phone}",
            one.period.vehicle.vin,
            reverse("vehicle-owner", args=[one.period.vehicle.vin, one.period_id]),
        )
        for one in owners_with_phone(actor, text, limit)
    ]


def find_controller_types(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Controller types by name."""
    found = products.controller_types_matching(actor, text, limit)
    return [
        Hit(one.name, one.producer, reverse("controller-type-page", args=[one.pk])) for one in found
    ]


def agreement_tasks(actor: Person, limit: int) -> Sequence[Task]:
    return [
        Task(
            _("补签监测服务协议"),
            one.vin,
            reverse("vehicle-agreements", args=[one.vin]),
            button=_("登记协议"),
        )
        for one in agreement_gap(actor)[:limit]
    ]


def registration_tasks(actor: Person, limit: int) -> Sequence[Task]:
    return [
        Task(
            _("补全备案静态数据"),
            one.vin,
            reverse("vehicle-registration", args=[one.vin]),
            button=_("补全"),
        )
        for one in registration_gaps(actor)[:limit]
    ]


def _counted(rows: QuerySet[Vehicle]) -> int:
    return rows.order_by()[:COUNTED].count()


_PRODUCTS = _("产品与电池")
ROOM = Room(
    name="fleet",
    subjects=(*SUBJECTS, *PLACE_SUBJECTS),
    menu=(
        MenuItem(_("车辆"), _("车辆列表"), "vehicles", "car", "vehicle.read", 200),
        MenuItem(_PRODUCTS, _("产品技术平台"), "platforms", "grid-dots", "vehicle.read", 210),
        MenuItem(_PRODUCTS, _("车型"), "vehicle-models", "car", "vehicle.read", 211),
        MenuItem(_PRODUCTS, _("配置"), "configurations", "list-details", "vehicle.read", 212),
        MenuItem(_PRODUCTS, _("电池类型"), "battery-types", "battery-3", "vehicle.read", 213),
        MenuItem(_PRODUCTS, _("电池包"), "packs", "battery-3", "vehicle.read", 214),
        MenuItem(_PRODUCTS, _("车载终端"), "terminals", "device-desktop", "vehicle.read", 215),
        MenuItem(_PRODUCTS, _("部件追溯"), "parts", "search", "vehicle.read", 216),
        MenuItem(_PRODUCTS, _("协议版本"), "agreement-versions", "file-text", "agreement.write", 217),
        MenuItem(_("售后服务"), _("服务网点"), "outlets", "map-pin", "place.read", 400),
        MenuItem(_("运行监测"), _("充电站"), "charging-sites", "plug-connected", "place.read", 119),
    ),
    tabs=(
        Tab("vehicle", _("档案"), "vehicle-record", "vehicle.read", 90),
        Tab("vehicle", _("构成"), "vehicle-build", "vehicle.read", 91),
        Tab("vehicle", _("授权"), "vehicle-agreements", "vehicle.read", 92),
        Tab("vehicle", _("日志"), "vehicle-log", "audit.read", 99),
    ),
    search=(
        Search(_("车辆"), "vehicle.read", 10, find_vehicles),
        Search(_("车载终端"), "vehicle.read", 11, find_terminals),
        Search(_("电池包"), "vehicle.read", 12, find_packs),
        Search(_("部件"), "vehicle.read", 13, find_parts),
        Search(_("车主电话"), "owner.read", 14, find_owners),
        Search(_("电机控制器型号"), "vehicle.read", 15, find_controller_types),
        *PLACE_SEARCH,
    ),
    tasks=(
        TaskSource(
            "agreement_gap", _("未签监测服务协议"), "agreement.write", 200, agreement_tasks,
            lambda actor: _counted(agreement_gap(actor)),
        ),
        TaskSource(
            "registration_gap", _("备案静态数据缺项"), "vehicle.write", 210, registration_tasks,
            lambda actor: _counted(registration_gaps(actor)),
        ),
    ),
    jobs=(Job("registration-gaps", 60.0, registration_sweep),),
    lists=(VEHICLES, *PRODUCT_LISTS, *PLACE_LISTS),
    urls="voltward.fleet.ui.urls",
)  # fmt: skip
