"""Binds the rooms together: collects what they show and hands them their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from voltward.base.settings import Settings

if TYPE_CHECKING:  # rooms load once Django is ready
    from voltward.monitoring.map_source import MapSource
    from voltward.pages.imports.workbook_guard import Limits


class EntryConfig(AppConfig):
    name = "voltward.entry"
    label = "entry"

    def ready(self) -> None:
        from django.conf import settings

        from voltward.base.vehicle_id import installation_key
        from voltward.entry.attachment_store import attachment_store
        from voltward.entry.audit_keeping import keeping_of
        from voltward.entry.link_ports import hand_in_links
        from voltward.entry.notice_ports import notice_ports_of
        from voltward.entry.places import imports_folder
        from voltward.entry.proof_ports import hand_in_proofs
        from voltward.entry.rooms import rooms
        from voltward.entry.sign_in import sign_in_rules
        from voltward.entry.telemetry_ports import ports_of, series_of
        from voltward.fleet.keys import hand_in_key
        from voltward.fleet.telemetry import hand_in_series
        from voltward.monitoring.map_source import hand_in as hand_in_map
        from voltward.monitoring.ports import hand_in
        from voltward.pages.lists import ports as lists
        from voltward.pages.room import REGISTRY
        from voltward.records.attachments.scanning import hand_in_scanner, scanner_of
        from voltward.records.attachments.storage import hand_in_storage
        from voltward.records.audit_keeping import hand_in_keeping
        from voltward.records.import_files import hand_in_folder
        from voltward.records.lists import ListPorts
        from voltward.records.notice_ports import hand_in_notice_ports
        from voltward.records.protection.provider import FileProvider, hand_in_provider
        from voltward.records.services.exports import hand_in_folder as hand_in_exports
        from voltward.records.sign_in_rules import hand_in_rules

        REGISTRY.collect(rooms())
        hand_in(ports_of(settings.VOLTWARD))
        hand_in_proofs(settings.VOLTWARD)
        hand_in_notice_ports(lambda: notice_ports_of(settings.VOLTWARD))
        hand_in_rules(lambda: sign_in_rules(settings.VOLTWARD))
        hand_in_key(lambda: installation_key(settings.VOLTWARD.vehicle_key_file))
        # read at each call: tests and commands may work in another folder
        hand_in_folder(lambda: (imports_folder(settings.VOLTWARD), _limits(settings.VOLTWARD)))
        hand_in_keeping(lambda: keeping_of(settings.VOLTWARD))
        hand_in_series(series_of)
        hand_in_provider(
            lambda: FileProvider(
                settings.VOLTWARD.data / "keys", settings.VOLTWARD.protection_suite
            )
        )
        hand_in_storage(lambda: attachment_store(settings.VOLTWARD))
        hand_in_scanner(lambda: scanner_of(settings.VOLTWARD.attachment_scanner))
        lists.hand_in(ListPorts())
        hand_in_map(lambda: _map_of(settings.VOLTWARD))
        hand_in_links(lambda: settings.VOLTWARD)
        hand_in_exports(lambda: settings.VOLTWARD.data / "exports")


def _limits(values: Settings) -> Limits:
    """How large a file of an import may be."""
    from voltward.pages.imports.workbook_guard import Limits

    return Limits(values.import_bytes, values.import_unpacked_bytes, values.import_cells)


def _map_of(values: Settings) -> MapSource:
    from voltward.monitoring.map_source import map_source

    return map_source(values.map_tiles, values.map_datum, values.map_credit, values.screen_page_s)
