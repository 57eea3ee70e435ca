"""Binds the rooms together: collects what they show and hands them their values."""

from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "voltward.entry"
    label = "entry"

    def ready(self) -> None:
        from django.conf import settings

        from voltward.base.vehicle_id import installation_key
        from voltward.entry.audit_keeping import keeping_of
        from voltward.entry.rooms import rooms
        from voltward.entry.telemetry_ports import ports_of
        from voltward.fleet.keys import hand_in_key
        from voltward.monitoring.ports import hand_in
        from voltward.pages.room import REGISTRY
        from voltward.records.audit_keeping import hand_in_keeping

        REGISTRY.collect(rooms())
        hand_in(ports_of(settings.VOLTWARD))
        hand_in_key(lambda: installation_key(settings.VOLTWARD.vehicle_key_file))
        hand_in_keeping(lambda: keeping_of(settings.VOLTWARD))
