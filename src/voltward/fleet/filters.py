"""One filter for the page, the export and the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import (
    BatteryPack,
    BatteryType,
    Configuration,
    ControllerType,
    MotorType,
    PartRecord,
    Platform,
    Terminal,
    Vehicle,
    VehicleModel,
)
from voltward.pages.filtering import RoomFilterSet


class VehicleFilter(RoomFilterSet):
    of = "vehicle"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    model_name = CharFilter(label=_("车型"), lookup_expr="begins", max_length=80)
    model = CharFilter(label=_("车型"), field_name="model_name", max_length=80)
    state = ChoiceFilter(label=_("车辆状态"), choices=Vehicle.STATES, empty_label=_("全部"))

    class Meta:
        model = Vehicle
        fields = ["vin", "model_name", "model", "state"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning or the end of a VIN: people read out the last six characters."""
        word = value.strip().upper()
        found: QuerySet[Any] = rows.filter(Q(vin__begins=word) | Q(vin_reversed__begins=word[::-1]))
        return found


class PlatformFilter(RoomFilterSet):
    of = "platform"
    name = CharFilter(label=_("名称"), lookup_expr="begins", max_length=80)

    class Meta:
        model = Platform
        fields = ["name"]


class VehicleModelFilter(RoomFilterSet):
    of = "vehicle_model"
    name = CharFilter(label=_("车型"), lookup_expr="begins", max_length=80)
    drive = ChoiceFilter(label=_("驱动类型"), choices=VehicleModel.DRIVES, empty_label=_("全部"))
    platform = CharFilter(label=_("产品技术平台"), field_name="platform__name", max_length=80)

    class Meta:
        model = VehicleModel
        fields = ["name", "drive", "platform"]


class ConfigurationFilter(RoomFilterSet):
    of = "configuration"
    model = CharFilter(
        label=_("车型"), field_name="model__name", lookup_expr="begins", max_length=80
    )

    battery_type = CharFilter(label=_("电池类型"), field_name="battery_type__name", max_length=80)
    protocol_edition = ChoiceFilter(
        label=_("协议版本"), choices=Configuration.EDITIONS, empty_label=_("全部")
    )

    class Meta:
        model = Configuration
        fields = ["model", "battery_type", "protocol_edition"]


class BatteryTypeFilter(RoomFilterSet):
    of = "battery_type"
    name = CharFilter(label=_("名称"), lookup_expr="begins", max_length=80)
    chemistry = ChoiceFilter(
        label=_("电化学体系"), choices=BatteryType.CHEMISTRIES, empty_label=_("全部")
    )

    producer = CharFilter(label=_("生产企业"), max_length=120)

    class Meta:
        model = BatteryType
        fields = ["name", "chemistry", "producer"]


class MotorTypeFilter(RoomFilterSet):
    of = "motor_type"
    name = CharFilter(label=_("型号"), lookup_expr="begins", max_length=80)

    producer = CharFilter(label=_("生产企业"), max_length=120)

    class Meta:
        model = MotorType
        fields = ["name", "producer"]


class ControllerTypeFilter(RoomFilterSet):
    of = "controller_type"
    name = CharFilter(label=_("型号"), lookup_expr="begins", max_length=80)

    producer = CharFilter(label=_("生产企业"), max_length=120)

    class Meta:
        model = ControllerType
        fields = ["name", "producer"]


class CapitalFilter(CharFilter):  # type: ignore[misc] # the library is untyped
    """What is stored in capitals is asked for in capitals."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(rows, (value or "").strip().upper())  # type: ignore[no-any-return] # as above


class PackFilter(RoomFilterSet):
    of = "pack"
    code = CapitalFilter(label=_("电池编码"), lookup_expr="begins", max_length=24)

    battery_type = CharFilter(label=_("电池类型"), field_name="battery_type__name", max_length=80)

    class Meta:
        model = BatteryPack
        fields = ["code", "battery_type"]


class TerminalFilter(RoomFilterSet):
    of = "terminal"
    iccid = CapitalFilter(label="ICCID", lookup_expr="begins", max_length=20)
    serial = CharFilter(label=_("终端编号"), lookup_expr="begins", max_length=40)

    firmware = CharFilter(label=_("固件版本"), max_length=40)

    class Meta:
        model = Terminal
        fields = ["iccid", "serial", "firmware"]


class PartFilter(RoomFilterSet):
    of = "part"
    serial = CapitalFilter(label=_("序列号"), lookup_expr="begins", max_length=64)
    batch = CapitalFilter(label=_("批次"), lookup_expr="exact", max_length=64)
    kind = ChoiceFilter(label=_("部件"), choices=PartRecord.KINDS, empty_label=_("全部"))

    class Meta:
        model = PartRecord
        fields = ["serial", "batch", "kind"]
