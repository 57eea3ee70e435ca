"""Makers, people, roles, grants, tokens and the audit trail."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "voltward.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
