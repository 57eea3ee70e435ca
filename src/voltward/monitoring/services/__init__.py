"""Every write of monitoring/, one file per subject."""

from voltward.monitoring.services.demo import fire_replay

__all__ = ["fire_replay"]
