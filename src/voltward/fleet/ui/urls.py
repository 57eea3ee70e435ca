"""Addresses of fleet/."""

from django.urls import path

from voltward.fleet.ui import vehicles

urlpatterns = [
    path("vehicles/", vehicles.VehicleList.as_view(), name="vehicles"),
    path("vehicles/register/", vehicles.register, name="vehicle-register"),
    path("vehicles/<str:vin>/", vehicles.first_tab, name="vehicle"),
    path("vehicles/<str:vin>/record/", vehicles.record_tab, name="vehicle-record"),
]
