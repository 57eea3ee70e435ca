"""Every read of fleet/, one file per subject. Each one asks who is reading."""

from voltward.fleet.selectors.vehicles import (
    model_names,
    registry_generation,
    vehicle_by_ids,
    vehicle_by_vin,
    vehicle_counts,
    vehicle_locked,
    vehicle_matching,
    vehicle_visible,
)

__all__ = [
    "model_names",
    "registry_generation",
    "vehicle_by_ids",
    "vehicle_by_vin",
    "vehicle_counts",
    "vehicle_locked",
    "vehicle_matching",
    "vehicle_visible",
]
