"""Binds the rooms together: collects what they show and hands them their values."""

from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "voltward.entry"
    label = "entry"

    def ready(self) -> None:
        from django.conf import settings

        from voltward.base.vehicle_id import installation_key
        from voltward.entry.rooms import rooms
        from voltward.entry.telemetry_ports import ports_of
        from voltward.fleet.keys import hand_in_key
        from voltward.monitoring.ports import hand_in
        from voltward.pages.lists import ports as lists
        from voltward.pages.room import REGISTRY
        from voltward.records.lists import ListPorts
        from voltward.records.services.exports import hand_in_folder

        REGISTRY.collect(rooms())
        hand_in(ports_of(settings.VOLTWARD))
        hand_in_key(lambda: installation_key(settings.VOLTWARD.vehicle_key_file))
        lists.hand_in(ListPorts())
        hand_in_folder(lambda: settings.VOLTWARD.data / "exports")
