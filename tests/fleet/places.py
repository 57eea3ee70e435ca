"""Outlets and sites for tests."""

from __future__ import annotations

from typing import Any

from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.records.models import Maker

OUTLET: dict[str, Any] = {
    "code": "W1", "name": "浦东网点", "area": "上海 浦东新区", "longitude_deg": 121.5,
    "latitude_deg": 31.2, "datum": "wgs84", "phone": "021-5550001", "kind": "service",
    "hours": "08:00-20:00", "unit": None,
}  # fmt: skip
SITE: dict[str, Any] = {
    "code": "C1", "name": "世纪大道站", "area": "上海 浦东新区", "longitude_deg": 121.52,
    "latitude_deg": 31.23, "datum": "wgs84", "phone": "021-5550002", "operator": "示例充电",
    "source": "运营商公开清单 2026-03",
}  # fmt: skip


def outlet(maker: Maker, code: str, x: float, y: float, **more: Any) -> ServiceOutlet:
    at = {"code": code, "longitude_deg": x, "latitude_deg": y, "name": f"网点 {code}"}
    return ServiceOutlet.objects.create(maker=maker, **{**OUTLET, **at, **more})


def site(maker: Maker, code: str, x: float, y: float, **more: Any) -> ChargingSite:
    at = {"code": code, "longitude_deg": x, "latitude_deg": y, "name": f"站 {code}"}
    return ChargingSite.objects.create(maker=maker, **{**SITE, **at, **more})
