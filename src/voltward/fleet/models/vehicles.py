"""Vehicles, and the count of changes that tells the gateway when to look again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now, Reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import states
from voltward.fleet.models.products import Configuration
from voltward.records.models import Maker
from voltward.records.tracking import tracked

NO_AGREEMENT, AGREED, WITHDRAWN = "none", "agreed", "withdrawn"


@tracked(exclude=["registration_missing", "agreement_state", "vin_reversed"])
class Vehicle(models.Model):
    """One vehicle for its whole life. ``vehicle_id`` stands for it in the telemetry store.

    ``model_name`` and ``battery_type`` repeat the texts of the configuration for readers of
    this release; services keep them in step. ``agreement_state`` and ``registration_missing``
    (None: to be reckoned) are reckoned from other tables, so that gaps are found by an index.
    """

    STATES = [
        (states.UNREGISTERED, _("未建档")),
        (states.REGISTERED, _("已建档")),
        (states.IN_USE, _("在用")),
        (states.OFFLINE_CONFIRMED, _("确认离线")),
        (states.SCRAPPED, _("已报废")),
    ]
    SOURCES = [
        ("office", _("人工建档")),
        ("import", _("批量导入")),
        ("gateway", _("接入发现")),
        ("demo", _("演示")),
    ]
    AGREEMENTS = [
        (NO_AGREEMENT, _("未签协议")),
        (AGREED, _("已签协议")),
        (WITHDRAWN, _("已撤回同意")),
    ]

    maker = models.ForeignKey(
        Maker, on_delete=models.PROTECT, related_name="vehicles", verbose_name=_("企业")
    )
    vin = models.CharField("VIN", max_length=17, unique=True)
    # a column, as reverse() in a question would keep the wall from using its index
    vin_reversed = models.GeneratedField(
        expression=Reverse("vin"), output_field=models.CharField(max_length=17), db_persist=True
    )
    # keyed hash of the VIN (base.vehicle_id): the store never sees the VIN itself
    vehicle_id = models.BigIntegerField(_("车辆编号"), unique=True, editable=False)
    configuration = models.ForeignKey(
        Configuration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vehicles",
        verbose_name=_("配置"),
    )
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    battery_type = models.CharField(_("电池类型"), max_length=80, blank=True)
    plate = models.CharField(_("车牌"), max_length=16, blank=True)
    produced_on = models.DateField(_("生产日期"), null=True, blank=True)
    sold_on = models.DateField(_("销售日期"), null=True, blank=True)
    first_used_on = models.DateField(_("首次使用日期"), null=True, blank=True)
    state = models.CharField(
        _("车辆状态"), max_length=20, choices=STATES, default=states.REGISTERED
    )
    state_note = models.CharField(_("状态说明"), max_length=300, blank=True)
    scrapped_on = models.DateField(_("报废日期"), null=True, blank=True)
    scrap_proof = models.CharField(_("报废证明"), max_length=300, blank=True)
    source = models.CharField(_("来源"), max_length=16, choices=SOURCES, default="office")
    first_seen_at = models.DateTimeField(_("首次出现"), db_default=Now(), editable=False)
    registered_at = models.DateTimeField(_("建档时间"), null=True, blank=True)
    agreement_state = models.CharField(
        _("协议状态"),
        max_length=12,
        choices=AGREEMENTS,
        default=NO_AGREEMENT,
        db_default=NO_AGREEMENT,
    )
    registration_missing = models.SmallIntegerField(_("备案缺项数"), null=True, editable=False)

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
            # people read out the last six characters: the end of a VIN is a beginning, reversed
            models.Index(
                fields=["vin_reversed"],
                name="vehicle_vin_reversed",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(
                fields=["plate"],
                name="vehicle_plate",
                opclasses=["varchar_pattern_ops"],
                condition=~models.Q(plate=""),
            ),
            models.Index(
                fields=["maker", "sold_on", "vin"],
                name="vehicle_agreement_gap",
                condition=models.Q(sold_on__isnull=False, agreement_state=NO_AGREEMENT),
            ),
            models.Index(
                fields=["maker", "vin"],
                name="vehicle_registration_gap",
                condition=models.Q(registration_missing__gt=0),
            ),
            models.Index(
                fields=["id"],
                name="vehicle_to_reckon",
                condition=models.Q(registration_missing__isnull=True),
            ),
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
            models.CheckConstraint(
                name="vehicle_scrap_proved",
                condition=~models.Q(state=states.SCRAPPED)
                | (models.Q(scrapped_on__isnull=False) & ~models.Q(scrap_proof="")),
            ),
        ]

    def __str__(self) -> str:
        return self.vin

    @property
    def lacks_agreement(self) -> bool:
        """Sold, and its present owner never agreed: watched all the same, and marked."""
        return self.sold_on is not None and self.agreement_state == NO_AGREEMENT


class RegistryGeneration(models.Model):
    """One row: how often the set of vehicles changed. Bumped in the transaction of the change."""

    generation = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="registry_one_row", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return str(self.generation)
