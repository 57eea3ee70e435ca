"""``GET /api/vehicles/``: the vehicles of the caller's maker."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from voltward.fleet import selectors
from voltward.fleet.filters import VehicleFilter
from voltward.fleet.models import Vehicle


class VehicleSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    class Meta:
        model = Vehicle
        fields = ["vin", "model_name", "battery_type", "state", "first_seen_at", "registered_at"]


class VehicleListApi(ListAPIView):  # type: ignore[type-arg]
    """Vehicles by VIN; filter with `vin` (beginning or end), `model_name` and `state`."""

    needs = "vehicle.read"
    queryset = Vehicle.objects.none()  # tells the schema the model; rows come from the selector
    serializer_class = VehicleSerializer
    filterset_class = VehicleFilter

    def get_queryset(self) -> QuerySet[Vehicle]:
        return selectors.vehicle_visible(self.request.user)  # type: ignore[arg-type]
