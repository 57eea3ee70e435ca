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
        from voltward.pages.room import REGISTRY
        from voltward.records.attachments.scanning import hand_in_scanner, scanner_of
        from voltward.records.attachments.storage import DiskStorage, hand_in_storage
        from voltward.records.protection.provider import FileProvider, hand_in_provider

        REGISTRY.collect(rooms())
        hand_in(ports_of(settings.VOLTWARD))
        hand_in_key(lambda: installation_key(settings.VOLTWARD.vehicle_key_file))
        hand_in_provider(
            lambda: FileProvider(
                settings.VOLTWARD.data / "keys", settings.VOLTWARD.protection_suite
            )
        )
        hand_in_storage(lambda: DiskStorage(settings.VOLTWARD.data / "attachments"))
        hand_in_scanner(lambda: scanner_of(settings.VOLTWARD.attachment_scanner))
