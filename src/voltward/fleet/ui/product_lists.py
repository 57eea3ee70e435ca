"""Lists of platforms, models, configurations, battery types, packs, terminals and parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import filters
from voltward.fleet.models import BatteryType, ControllerType, MotorType
from voltward.fleet.selectors import parts as parts_selectors
from voltward.fleet.selectors import products as selectors
from voltward.fleet.ui.kinds import page_url
from voltward.pages.lists.declaration import Button, Facet, Kind, List, ListColumn

SIGNS = {1: "discharging", -1: "charging"}  # when the current is positive
EMPTY = _("在这里添加，或由车辆建档时填写的车型与电池类型自动生成。")


def _first(title: Any, name: str, css: str = "") -> ListColumn:
    """The column that leads to the record."""
    return ListColumn(title, key=name, sort=name, link=page_url, css=css)


def _plain(title: Any, name: str, kind: Kind = "text", *, sorts: bool = True) -> ListColumn:
    return ListColumn(title, key=name, kind=kind, sort=name if sorts else "")


def _other(title: Any, name: str) -> ListColumn:
    """A column that leads to another record."""
    return ListColumn(
        title,
        key=name,
        raw=lambda row: str(getattr(row, name)) if getattr(row, name) else None,
        link=lambda row: page_url(getattr(row, name)) if getattr(row, name) else "",
    )


def _product(of: str, title: Any, **more: Any) -> List:
    """What the lists of all kinds of product share."""
    given = {"empty_text": EMPTY, "tie": "pk", **more}
    return List(of=of, title=title, section=_("产品与电池"), needs="vehicle.read", **given)


def _all(kind: type[Any]) -> Callable[[Any], QuerySet[Any]]:
    return lambda actor: selectors.product_visible(actor, kind)


PLATFORMS = _product(
    "platform",
    _("产品技术平台"),
    rows=lambda actor: selectors.platform_listed(actor),
    filterset=filters.PlatformFilter,
    columns=(
        _first(_("名称"), "name"),
        _plain(_("编码"), "code"),
        _plain(_("车型数"), "models_count", "number", sorts=False),
        _plain(_("说明"), "note", sorts=False),
    ),
    order="code",
    buttons=(Button(_("新增平台"), "platform-new", "plus", "vehicle.write"),),
    empty_title=_("还没有产品技术平台"),
    url_name="platforms",
    api="platforms/",
    about="Product platforms by code.",
)
VEHICLE_MODELS = _product(
    "vehicle_model",
    _("车型"),
    rows=lambda actor: selectors.vehicle_model_listed(actor),
    filterset=filters.VehicleModelFilter,
    columns=(
        _first(_("车型"), "name"),
        _other(_("产品技术平台"), "platform"),
        _plain(_("公告型号"), "notice_code"),
        _plain(_("驱动类型"), "drive", "choice"),
        _plain(_("预期使用年限（年）"), "life_years", "number"),
        ListColumn(
            _("电流符号"),
            lambda row: row.get_current_sign_display(),
            key="current_sign",
            kind="choice",
            raw=lambda row: SIGNS.get(row.current_sign),
            sort="current_sign",
        ),
    ),
    order="name",
    facets=(Facet("drive"), Facet("platform", "platform__name")),
    buttons=(Button(_("新增车型"), "vehicle-model-new", "plus", "vehicle.write"),),
    empty_title=_("还没有车型"),
    url_name="vehicle-models",
    api="vehicle-models/",
    about="Vehicle models by name. `current_sign`: when the total current is positive.",
)
CONFIGURATIONS = _product(
    "configuration",
    _("配置"),
    rows=lambda actor: selectors.configuration_listed(actor),
    filterset=filters.ConfigurationFilter,
    columns=(
        ListColumn(_("配置"), key="configuration", raw=str, sort="model__name", link=page_url),
        _other(_("电池类型"), "battery_type"),
        _other(_("电机型号"), "motor_type"),
        _plain(_("协议版本"), "protocol_edition", "choice"),
    ),
    order="model__name",
    facets=(Facet("protocol_edition"), Facet("battery_type", "battery_type__name")),
    buttons=(
        Button(_("新增配置"), "configuration-new", "plus", "vehicle.write"),
        Button(_("电机型号"), "motor-types", "bolt", "vehicle.read"),
        Button(_("电机控制器型号"), "controller-types", "server", "vehicle.read"),
    ),
    empty_title=_("还没有配置"),
    url_name="configurations",
    api="configurations/",
    about="Configurations by vehicle model.",
)
BATTERY_TYPES = _product(
    "battery_type",
    _("电池类型"),
    rows=_all(BatteryType),
    filterset=filters.BatteryTypeFilter,
    columns=(
        _first(_("名称"), "name"),
        _plain(_("电化学体系"), "chemistry", "choice"),
        _plain(_("生产企业"), "producer"),
        _plain(_("单体数"), "cells", "number"),
        _plain(_("温度探针数"), "probes", "number"),
        _plain(_("最高工作电压（V）"), "max_working_voltage_v", "number"),
    ),
    order="name",
    facets=(Facet("chemistry"), Facet("producer")),
    buttons=(Button(_("新增电池类型"), "battery-type-new", "plus", "vehicle.write"),),
    empty_title=_("还没有电池类型"),
    url_name="battery-types",
    api="battery-types/",
    about="Battery types by name.",
)
MOTOR_TYPES = _product(
    "motor_type",
    _("电机型号"),
    rows=_all(MotorType),
    filterset=filters.MotorTypeFilter,
    columns=(
        _first(_("型号"), "name"),
        _plain(_("生产企业"), "producer"),
        _plain(_("峰值功率（kW）"), "peak_power_kw", "number"),
    ),
    order="name",
    facets=(Facet("producer"),),
    buttons=(Button(_("新增电机型号"), "motor-type-new", "plus", "vehicle.write"),),
    empty_title=_("还没有电机型号"),
    url_name="motor-types",
    api="motor-types/",
    about="Motor types by name.",
)
CONTROLLER_TYPES = _product(
    "controller_type",
    _("电机控制器型号"),
    rows=_all(ControllerType),
    filterset=filters.ControllerTypeFilter,
    columns=(_first(_("型号"), "name"), _plain(_("生产企业"), "producer")),
    order="name",
    facets=(Facet("producer"),),
    buttons=(Button(_("新增电机控制器型号"), "controller-type-new", "plus", "vehicle.write"),),
    empty_title=_("还没有电机控制器型号"),
    url_name="controller-types",
    api="controller-types/",
    about="Motor controller types by name.",
)
PACKS = _product(
    "pack",
    _("电池包"),
    rows=lambda actor: selectors.pack_listed(actor),
    filterset=filters.PackFilter,
    columns=(
        _first(_("电池编码"), "code", "vw-mono"),
        _other(_("电池类型"), "battery_type"),
        _plain(_("生产日期"), "produced_on"),
    ),
    order="code",
    tie="code",  # the last column of the indexes of fleet_batterypack
    facets=(Facet("battery_type", "battery_type__name"),),
    buttons=(Button(_("新增电池包"), "pack-new", "plus", "vehicle.write"),),
    empty_title=_("还没有电池包"),
    url_name="packs",
    api="packs/",
    about="Battery packs by code; filter with `code` (beginning), `battery_type`.",
)
TERMINALS = _product(
    "terminal",
    _("车载终端"),
    rows=lambda actor: selectors.terminal_listed(actor),
    filterset=filters.TerminalFilter,
    columns=(
        _first(_("终端编号"), "serial", "vw-mono"),
        ListColumn("ICCID", key="iccid", sort="iccid", css="vw-mono"),
        _plain(_("固件版本"), "firmware"),
        ListColumn(
            "VIN",
            key="vin",
            raw=lambda row: row.vehicle.vin if row.vehicle else None,
            link=lambda row: reverse("vehicle", args=[row.vehicle.vin]) if row.vehicle else "",
            css="vw-mono",
        ),
    ),
    order="serial",
    tie="serial",  # the last column of the indexes of fleet_terminal
    facets=(Facet("firmware"),),
    buttons=(Button(_("新增终端"), "terminal-new", "plus", "vehicle.write"),),
    empty_title=_("还没有车载终端"),
    url_name="terminals",
    api="terminals/",
    about="Terminals by serial; filter with `iccid`, `serial` (beginnings), `firmware`.",
)
PARTS = _product(
    "part",
    _("部件追溯"),
    rows=lambda actor: parts_selectors.part_visible(actor),
    filterset=filters.PartFilter,
    columns=(
        ListColumn(_("序列号"), key="serial", css="vw-mono"),
        _plain(_("部件"), "kind", "choice", sorts=False),
        ListColumn(_("批次"), key="batch", css="vw-mono"),
        _plain(_("供应商"), "supplier", sorts=False),
        _plain(_("产地"), "plant", sorts=False),
        _plain(_("生产日期"), "made_on", sorts=False),
        ListColumn(
            "VIN",
            key="vin",
            raw=lambda row: row.vehicle.vin,
            link=lambda row: reverse("vehicle-build", args=[row.vehicle.vin]),
            css="vw-mono",
        ),
        # the only order: each other one would cost an index over twenty million rows
        ListColumn(_("记录编号"), key="id", kind="number", sort="pk", shown=False),
    ),
    order="pk",
    facets=(Facet("kind"),),
    buttons=(Button(_("批量导入"), "import-new", "upload", "part.import"),),
    empty_title=_("还没有部件记录"),
    empty_text=_("在车辆的“构成”页添加部件，或批量导入；按序列号或批次即可查到所装车辆。"),
    url_name="parts",
    api="parts/",
    about="Parts in the order in which they came; filter with `serial` (beginning), `batch`, `kind`.",
)
LISTS: tuple[List, ...] = (
    PLATFORMS, VEHICLE_MODELS, CONFIGURATIONS, BATTERY_TYPES, MOTOR_TYPES, CONTROLLER_TYPES, PACKS,
    TERMINALS, PARTS,
)  # fmt: skip
