"""API addresses of fleet/."""

from django.urls import path

from voltward.fleet.api.vehicles import VehicleListApi

urlpatterns = [path("vehicles/", VehicleListApi.as_view(), name="api-vehicles")]
