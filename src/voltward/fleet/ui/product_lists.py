"""Lists of platforms, models, configurations, battery types, packs, terminals and parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import filters
from voltward.fleet.models import BatteryType, ControllerType, MotorType
from voltward.fleet.selectors import parts as parts_selectors
from voltward.fleet.selectors import products as selectors
from voltward.fleet.ui.kinds import page_url
from voltward.pages.listing import Button, ListColumn, ListPage


def _first(title: Any, name: str, css: str = "") -> ListColumn:
    """The column that leads to the record."""
    return ListColumn(
        title, lambda row: getattr(row, name) or "—", sort=name, link=page_url, css=css
    )


def _plain(title: Any, name: str, sort: bool = True) -> ListColumn:
    return ListColumn(title, lambda row: getattr(row, name), sort=name if sort else "")


def _other(title: Any, name: str) -> ListColumn:
    """A column that leads to another record."""
    return ListColumn(
        title,
        lambda row: str(getattr(row, name) or "—"),
        link=lambda row: page_url(getattr(row, name)) if getattr(row, name) else "",
    )


class ProductList(ListPage):
    needs = "vehicle.read"
    section = _("产品与电池")
    empty_text = _("在这里添加，或由车辆建档时填写的车型与电池类型自动生成。")
    source: Callable[[Any], QuerySet[Any]]

    def rows(self, actor: Any) -> QuerySet[Any]:
        return type(self).source(actor)


def _all(kind: type[models.Model]) -> Callable[[Any], QuerySet[Any]]:
    return lambda actor: selectors.product_visible(actor, kind).order_by("name")


class PlatformList(ProductList):
    of, title = "platform", _("产品技术平台")
    filterset_class = filters.PlatformFilter
    columns = (
        _first(_("名称"), "name"),
        _plain(_("编码"), "code"),
        _plain(_("车型数"), "models_count", sort=False),
        _plain(_("说明"), "note", sort=False),
    )
    buttons = (Button(_("新增平台"), "platform-new", "plus", "vehicle.write"),)
    empty_title = _("还没有产品技术平台")
    source = staticmethod(selectors.platform_listed)


class VehicleModelList(ProductList):
    of, title = "vehicle_model", _("车型")
    filterset_class = filters.VehicleModelFilter
    columns = (
        _first(_("车型"), "name"),
        _other(_("产品技术平台"), "platform"),
        _plain(_("公告型号"), "notice_code"),
        ListColumn(_("驱动类型"), lambda row: row.get_drive_display(), sort="drive"),
        _plain(_("预期使用年限（年）"), "life_years"),
        ListColumn(_("电流符号"), lambda row: row.get_current_sign_display(), sort="current_sign"),
    )
    buttons = (Button(_("新增车型"), "vehicle-model-new", "plus", "vehicle.write"),)
    empty_title = _("还没有车型")
    source = staticmethod(selectors.vehicle_model_listed)


class ConfigurationList(ProductList):
    of, title = "configuration", _("配置")
    filterset_class = filters.ConfigurationFilter
    columns = (
        ListColumn(_("配置"), str, link=page_url),
        _other(_("电池类型"), "battery_type"),
        _other(_("电机型号"), "motor_type"),
        ListColumn(
            _("协议版本"), lambda row: row.get_protocol_edition_display(), sort="protocol_edition"
        ),
    )
    buttons = (
        Button(_("新增配置"), "configuration-new", "plus", "vehicle.write"),
        Button(_("电机型号"), "motor-types", "bolt", "vehicle.read"),
        Button(_("电机控制器型号"), "controller-types", "server", "vehicle.read"),
    )
    empty_title = _("还没有配置")
    source = staticmethod(selectors.configuration_listed)


class BatteryTypeList(ProductList):
    of, title = "battery_type", _("电池类型")
    filterset_class = filters.BatteryTypeFilter
    columns = (
        _first(_("名称"), "name"),
        ListColumn(_("电化学体系"), lambda row: row.get_chemistry_display(), sort="chemistry"),
        _plain(_("生产企业"), "producer"),
        _plain(_("单体数"), "cells"),
        _plain(_("温度探针数"), "probes"),
        _plain(_("最高工作电压（V）"), "max_working_voltage_v"),
    )
    buttons = (Button(_("新增电池类型"), "battery-type-new", "plus", "vehicle.write"),)
    empty_title = _("还没有电池类型")
    source = staticmethod(_all(BatteryType))


class MotorTypeList(ProductList):
    of, title = "motor_type", _("电机型号")
    filterset_class = filters.MotorTypeFilter
    columns = (
        _first(_("型号"), "name"),
        _plain(_("生产企业"), "producer"),
        _plain(_("峰值功率（kW）"), "peak_power_kw"),
    )
    buttons = (Button(_("新增电机型号"), "motor-type-new", "plus", "vehicle.write"),)
    empty_title = _("还没有电机型号")
    source = staticmethod(_all(MotorType))


class ControllerTypeList(ProductList):
    of, title = "controller_type", _("电机控制器型号")
    filterset_class = filters.ControllerTypeFilter
    columns = (_first(_("型号"), "name"), _plain(_("生产企业"), "producer"))
    buttons = (Button(_("新增电机控制器型号"), "controller-type-new", "plus", "vehicle.write"),)
    empty_title = _("还没有电机控制器型号")
    source = staticmethod(_all(ControllerType))


class PackList(ProductList):
    of, title = "pack", _("电池包")
    filterset_class = filters.PackFilter
    columns = (
        _first(_("电池编码"), "code", "vw-mono"),
        _other(_("电池类型"), "battery_type"),
        _plain(_("生产日期"), "produced_on"),
    )
    buttons = (Button(_("新增电池包"), "pack-new", "plus", "vehicle.write"),)
    empty_title = _("还没有电池包")
    source = staticmethod(selectors.pack_listed)


class TerminalList(ProductList):
    of, title = "terminal", _("车载终端")
    filterset_class = filters.TerminalFilter
    columns = (
        _first(_("终端编号"), "serial", "vw-mono"),
        ListColumn("ICCID", lambda row: row.iccid, sort="iccid", css="vw-mono"),
        _plain(_("固件版本"), "firmware"),
        ListColumn(
            "VIN",
            lambda row: row.vehicle.vin if row.vehicle else None,
            link=lambda row: reverse("vehicle", args=[row.vehicle.vin]) if row.vehicle else "",
            css="vw-mono",
        ),
    )
    buttons = (Button(_("新增终端"), "terminal-new", "plus", "vehicle.write"),)
    empty_title = _("还没有车载终端")
    source = staticmethod(selectors.terminal_listed)


class PartList(ProductList):
    of, title = "part", _("部件追溯")
    filterset_class = filters.PartFilter
    columns = (
        ListColumn(_("序列号"), lambda row: row.serial, css="vw-mono"),
        ListColumn(_("部件"), lambda row: row.get_kind_display()),
        ListColumn(_("批次"), lambda row: row.batch, css="vw-mono"),
        _plain(_("供应商"), "supplier", sort=False),
        _plain(_("产地"), "plant", sort=False),
        _plain(_("生产日期"), "made_on", sort=False),
        ListColumn(
            "VIN",
            lambda row: row.vehicle.vin,
            link=lambda row: reverse("vehicle-build", args=[row.vehicle.vin]),
            css="vw-mono",
        ),
    )
    buttons = (Button(_("批量导入"), "import-new", "upload", "part.import"),)
    empty_title = _("还没有部件记录")
    empty_text = _("在车辆的“构成”页添加部件，或批量导入；按序列号或批次即可查到所装车辆。")
    source = staticmethod(parts_selectors.part_listed)
