"""The tables of monitoring/, one file per subject."""

from voltward.monitoring.models.alarms import Alarm, AlarmStep, Episode, WaitingFinding

__all__ = ["Alarm", "AlarmStep", "Episode", "WaitingFinding"]
