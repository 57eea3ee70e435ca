"""Every write of monitoring/, one file per subject."""

from voltward.monitoring.services.demo import fire_replay
from voltward.monitoring.services.intake import findings_take, waiting_findings_take

__all__ = ["findings_take", "fire_replay", "waiting_findings_take"]
