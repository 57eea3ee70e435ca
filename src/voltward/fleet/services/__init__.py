"""Every write to fleet/, one file per subject."""

from voltward.fleet.services.vehicles import vehicle_admit_unregistered, vehicle_register

__all__ = ["vehicle_admit_unregistered", "vehicle_register"]
