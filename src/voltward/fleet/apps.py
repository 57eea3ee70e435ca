"""The spine: every vehicle of every maker."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "voltward.fleet"
    label = "fleet"
    default_auto_field = "django.db.models.BigAutoField"
