"""One filter for the page, the export and the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import Vehicle
from voltward.pages.filtering import RoomFilterSet


class VehicleFilter(RoomFilterSet):
    of = "vehicle"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    model_name = CharFilter(label=_("车型"), lookup_expr="startswith", max_length=80)
    model = CharFilter(label=_("车型"), field_name="model_name", max_length=80)
    state = ChoiceFilter(label=_("建档状态"), choices=Vehicle.STATES, empty_label=_("全部"))

    class Meta:
        model = Vehicle
        fields = ["vin", "model_name", "model", "state"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning or the end of a VIN: people read out the last six characters."""
        word = value.strip().upper()
        return rows.filter(Q(vin__startswith=word) | Q(vin__endswith=word))
