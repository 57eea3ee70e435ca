"""Kinds of product that come from a file as they are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import ControllerType, Platform
from voltward.records.plain_imports import PlainImport

PLATFORMS = PlainImport(Platform, "code", ("name", "note")).kind(
    "platform", _("产品技术平台"), "vehicle.write"
)
CONTROLLER_TYPES = PlainImport(
    ControllerType,
    "name",
    ("producer", "cooling", "rated_voltage_v", "max_current_a"),
    aliases={"name": ("控制器型号", "controller"), "producer": ("供应商", "supplier")},
).kind("controller_type", _("电机控制器型号"), "vehicle.write")
