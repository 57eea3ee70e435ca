"""Every write to fleet/, one file per subject."""

from voltward.fleet.services.vehicles import (
    registry_changed,
    vehicle_admit_unregistered,
    vehicle_register,
)

__all__ = ["registry_changed", "vehicle_admit_unregistered", "vehicle_register"]
