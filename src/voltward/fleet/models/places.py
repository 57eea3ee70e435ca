"""Places that vehicles are brought to or stand at: service outlets and charging sites, with positions."""

from __future__ import annotations

from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.base.geo import unshifted
from voltward.records.models import Maker, Unit
from voltward.records.tracking import tracked

WGS84: Final = "wgs84"
GCJ02: Final = "gcj02"
OPEN: Final = "open"
CLOSED: Final = "closed"
PLACE_STATES = [(OPEN, _("营业中")), (CLOSED, _("已停业"))]


class _Placed(models.Model):
    """What outlets and sites have in common.

    ``datum``: of the degrees as given; Chinese maps give GCJ-02, some hundred metres beside WGS-84.
    ``closed_on``: the first day on which it is no longer there for vehicles.
    """

    DATUMS = [(WGS84, "WGS-84"), (GCJ02, _("GCJ-02（国内地图）"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("编号"), max_length=32)
    name = models.CharField(_("名称"), max_length=120)
    area = models.CharField(_("城市区域"), max_length=80)
    longitude_deg = models.FloatField(
        _("经度（°）"), validators=[MinValueValidator(-180.0), MaxValueValidator(180.0)]
    )
    latitude_deg = models.FloatField(
        _("纬度（°）"), validators=[MinValueValidator(-90.0), MaxValueValidator(90.0)]
    )
    datum = models.CharField(_("坐标系"), max_length=5, choices=DATUMS, default=WGS84)
    phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    closed_on = models.DateField(_("停业日期"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def wgs84(self) -> tuple[float, float]:
        """Longitude and latitude in the datum of receivers, degrees."""
        if self.datum == WGS84:
            return self.longitude_deg, self.latitude_deg
        longitude, latitude = unshifted(self.longitude_deg, self.latitude_deg)
        return float(longitude), float(latitude)


def _on_globe(name: str) -> models.CheckConstraint:
    """Nowhere is there no place: 0, 0 is what an empty cell becomes."""
    inside = models.Q(longitude_deg__gte=-180, longitude_deg__lte=180)
    inside &= models.Q(latitude_deg__gte=-90, latitude_deg__lte=90)
    return models.CheckConstraint(
        name=name, condition=inside & ~models.Q(longitude_deg=0, latitude_deg=0)
    )


@tracked()
class ServiceOutlet(_Placed):
    """A service outlet (服务网点): where vehicles are repaired, or batteries, or taken back.

    ``unit``: the organisation unit whose people work there, for outlets that use the platform. Most
    are another company's and have none: units say who belongs to the maker, outlets where cars go.
    """

    KINDS = [
        ("service", _("售后维修")),
        ("battery_repair", _("动力电池维修")),
        ("battery_take_back", _("动力电池回收")),
    ]

    kind = models.CharField(_("网点类型"), max_length=17, choices=KINDS, default="service")
    hours = models.CharField(_("营业时间"), max_length=80, blank=True)
    unit = models.OneToOneField(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_outlet",
        limit_choices_to={"kind": "outlet"},
        verbose_name=_("组织单元"),
    )

    class Meta:
        verbose_name = _("服务网点")
        constraints = [
            models.UniqueConstraint(fields=["maker", "code"], name="service_outlet_once"),
            _on_globe("service_outlet_somewhere"),
        ]
        indexes = [
            models.Index(
                fields=["maker", "latitude_deg", "longitude_deg"], name="service_outlet_at"
            ),
            models.Index(fields=["maker", "name", "id"], name="service_outlet_by_name"),
        ]


@tracked()
class ChargingSite(_Placed):
    """A charging site (充电站) of any operator. ``source``: who says that it is there, and as of when."""

    operator = models.CharField(_("运营商"), max_length=80)
    source = models.CharField(_("来源"), max_length=200)

    class Meta:
        verbose_name = _("充电站")
        constraints = [
            models.UniqueConstraint(fields=["maker", "code"], name="charging_site_once"),
            _on_globe("charging_site_somewhere"),
        ]
        indexes = [
            models.Index(
                fields=["maker", "latitude_deg", "longitude_deg"], name="charging_site_at"
            ),
            models.Index(fields=["maker", "name", "id"], name="charging_site_by_name"),
            models.Index(fields=["maker", "operator", "id"], name="charging_site_by_operator"),
        ]
