"""What vehicles used to do before they fell silent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.records.models import Maker


class VehicleHabit(models.Model):
    """On how many days a vehicle sent before it fell silent, and how far apart; kept while it is silent.

    ``last_day``: of its newest data, by Beijing time: another day makes the habit void.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.OneToOneField(Vehicle, on_delete=models.PROTECT, related_name="+")
    last_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    gap_d = models.FloatField(null=True)

    class Meta:
        verbose_name = _("上报习惯")

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.last_day}"
