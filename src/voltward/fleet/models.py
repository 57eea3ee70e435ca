"""Vehicles, and the count of changes that tells the gateway when to look again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet import states
from voltward.records.models import Maker


class Vehicle(models.Model):
    """One vehicle for its whole life. ``vehicle_id`` stands for it in the telemetry store."""

    STATES = [(states.REGISTERED, _("已建档")), (states.UNREGISTERED, _("未建档"))]
    SOURCES = [
        ("office", _("人工建档")),
        ("import", _("批量导入")),
        ("gateway", _("接入发现")),
        ("demo", _("演示")),
    ]

    maker = models.ForeignKey(
        Maker, on_delete=models.PROTECT, related_name="vehicles", verbose_name=_("企业")
    )
    vin = models.CharField("VIN", max_length=17, unique=True)
    # keyed hash of the VIN (base.vehicle_id): the store never sees the VIN itself
    vehicle_id = models.BigIntegerField(_("车辆编号"), unique=True, editable=False)
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    battery_type = models.CharField(_("电池类型"), max_length=80, blank=True)
    plate = models.CharField(_("车牌"), max_length=16, blank=True)
    state = models.CharField(
        _("建档状态"), max_length=16, choices=STATES, default=states.REGISTERED
    )
    source = models.CharField(_("来源"), max_length=16, choices=SOURCES, default="office")
    first_seen_at = models.DateTimeField(_("首次出现"), db_default=Now(), editable=False)
    registered_at = models.DateTimeField(_("建档时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("车辆")
        indexes = [
            models.Index(fields=["maker", "vin"], name="vehicle_maker_vin"),
            models.Index(fields=["maker", "model_name", "vin"], name="vehicle_maker_model"),
            # what fleet.lists sorts by, each with the VIN that decides between equals
            models.Index(fields=["maker", "battery_type", "vin"], name="vehicle_maker_battery"),
            models.Index(fields=["maker", "state", "vin"], name="vehicle_maker_state"),
            models.Index(fields=["maker", "first_seen_at", "vin"], name="vehicle_maker_first_seen"),
            models.Index(fields=["maker", "registered_at", "vin"], name="vehicle_maker_registered"),
        ]
        constraints = [
            models.CheckConstraint(
                name="vehicle_vin_form", condition=models.Q(vin__regex=r"^[0-9A-HJ-NPR-Z]{17}$")
            ),
            models.CheckConstraint(
                name="vehicle_registered_at",
                condition=models.Q(state=states.UNREGISTERED)
                | models.Q(registered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.vin


class RegistryGeneration(models.Model):
    """One row: how often the set of vehicles changed. Bumped in the transaction of the change."""

    generation = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="registry_one_row", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return str(self.generation)
