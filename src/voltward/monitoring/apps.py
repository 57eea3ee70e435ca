"""Django's view of the room."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "voltward.monitoring"
    label = "monitoring"
