"""Service outlets and charging sites from a file: a row for each, known by its code."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.records.plain_imports import PlainImport

_PLACED: Final = ("name", "area", "longitude_deg", "latitude_deg", "datum", "phone")
_ALIASES: Final = {
    "longitude_deg": ("经度", "lng", "lon", "longitude"),
    "latitude_deg": ("纬度", "lat", "latitude"),
    "area": ("区域", "城市", "市区"),
    "phone": ("电话", "联系电话", "phone"),
}
OUTLETS = PlainImport(
    ServiceOutlet,
    "code",
    (*_PLACED, "kind", "hours", "closed_on"),
    aliases={
        **_ALIASES,
        "code": ("网点编号", "网点编码"),
        "name": ("网点名称",),
        "kind": ("类型",),
    },
).kind("service_outlet", _("服务网点"), "outlet.write")
SITES = PlainImport(
    ChargingSite,
    "code",
    (*_PLACED, "operator", "source", "closed_on"),
    aliases={
        **_ALIASES, "code": ("充电站编号", "场站编号"), "name": ("充电站名称", "场站名称"),
        "operator": ("充电运营商",), "source": ("数据来源",),
    },
).kind("charging_site", _("充电站"), "site.write")  # fmt: skip
