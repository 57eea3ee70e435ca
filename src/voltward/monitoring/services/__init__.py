"""Every write of monitoring/, one file per subject."""

from voltward.monitoring.services.demo import fire_replay
from voltward.monitoring.services.intake import findings_take, waiting_findings_take
from voltward.monitoring.services.places import LONGEST_EXACT, exact_track, vehicle_place

__all__ = [
    "LONGEST_EXACT",
    "exact_track",
    "findings_take",
    "fire_replay",
    "vehicle_place",
    "waiting_findings_take",
]
