"""One filter for the page, the export and the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import Vehicle
from voltward.pages.filtering import RoomFilterSet


class VehicleFilter(RoomFilterSet):
    of = "vehicle"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    model_name = CharFilter(label=_("车型"), lookup_expr="startswith", max_length=80)
    state = ChoiceFilter(label=_("车辆状态"), choices=Vehicle.STATES, empty_label=_("全部"))

    class Meta:
        model = Vehicle
        fields = ["vin", "model_name", "state"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning or the end of a VIN: people read out the last six characters."""
        word = value.strip().upper()
        ends = rows.alias(reversed_vin=Reverse("vin"))
        return ends.filter(Q(vin__startswith=word) | Q(reversed_vin__startswith=word[::-1]))
