"""Every write of monitoring/, one file per subject."""

from voltward.monitoring.services.demo import fire_replay
from voltward.monitoring.services.places import LONGEST_EXACT, exact_track, vehicle_place

__all__ = ["LONGEST_EXACT", "exact_track", "fire_replay", "vehicle_place"]
