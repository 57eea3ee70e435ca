"""Where things lie in the data folder, and how its parts find each other. No Django here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voltward.base.errors import BadSetting, Refused
from voltward.base.settings import Settings
from voltward.base.vehicle_id import installation_key
from voltward.entry.secret_files import secret_folder, secret_text

if TYPE_CHECKING:  # the watchdog asks for paths only, and must stay small
    from voltward.journal.keys import KeyRing
    from voltward.telemetry.client import Client


TERMINAL_KEYS = "terminal_keys.jsonl"


class StoreNotThere(Refused):
    """No store process serves this data folder (yet)."""

    code = "store_not_there"


def journal_folder(settings: Settings) -> Path:
    return settings.data / "journal"


def archive_folder(settings: Settings) -> Path:
    return settings.data / "archive"


def imports_folder(settings: Settings) -> Path:
    return settings.data / "imports"


def registry_snapshot(settings: Settings) -> Path:
    return settings.data / "snapshots" / "registry.snapshot"


def store_run_file(settings: Settings) -> Path:
    return settings.data / "run" / "store.port"


def processor_status(settings: Settings) -> Path:
    return settings.data / "run" / "processor-main.json"


def watchdog_status(settings: Settings) -> Path:
    return settings.data / "run" / "watchdog.json"


def watchdog_contacts(settings: Settings) -> Path:
    return settings.data / "snapshots" / "watchdog_contacts.json"


def availability_folder(settings: Settings) -> Path:
    return settings.data / "availability"


def office_beat(settings: Settings) -> Path:
    """Renewed by the office through its database."""
    return settings.data / "run" / "office.beat"


def alarms_beat(settings: Settings) -> Path:
    """Renewed by the follower of the findings when the canary's findings pass it."""
    return settings.data / "run" / "alarms.beat"


def findings_folder(settings: Settings) -> Path:
    """The engine's memory."""
    return settings.data / "findings"


def findings_status(settings: Settings) -> Path:
    return settings.data / "run" / "findings-main.json"


def links_folder(settings: Settings) -> Path:
    """Where the office tells the uplink of its links."""
    return settings.data / "snapshots"


def quality_folder(settings: Settings) -> Path:
    """Memory of the engine that counts data quality."""
    return settings.data / "quality"


def quality_status(settings: Settings) -> Path:
    return settings.data / "run" / "quality-main.json"


def quality_limits(settings: Settings) -> Path:
    """The limit book of data quality; apart from that of the findings, which has a shape of its own."""
    return settings.data / "snapshots" / "quality"


def uplink_folder(settings: Settings) -> Path:
    """Cursors and backlogs of the links, a folder each."""
    return settings.data / "uplink"


def uplink_status(settings: Settings, link: str) -> Path:
    """What the uplink says of one link; pages and the command line read it."""
    return settings.data / "run" / f"uplink-{link}.json"


def demo_platform_port(settings: Settings) -> Path:
    """Where the demo's own public platform listens."""
    return settings.data / "run" / "demo-platform.port"


def demo_platform_closed(settings: Settings) -> Path:
    """As long as it is there, that platform lets nobody in; pages put it there."""
    return settings.data / "run" / "demo-platform.closed"


def proving_status(settings: Settings) -> Path:
    """What brings the proofs of upload into the store, and how far it is."""
    return settings.data / "run" / "proving.json"


def link_key(settings: Settings) -> bytes:
    """Under which the links' passwords lie in their file."""
    return installation_key(secret_folder(settings.data) / "links.key")


def terminal_keys_file(settings: Settings) -> Path:
    """What the office tells the gateways of vehicles' keys."""
    return settings.data / "snapshots" / TERMINAL_KEYS


def terminal_seal_key(settings: Settings) -> bytes:
    """Under which vehicles' data keys lie in that file and in the office's database."""
    return installation_key(secret_folder(settings.data) / "terminal_keys.key")


def downlink_file(settings: Settings) -> Path:
    """Commands that the office wants gateways to send to vehicles."""
    return settings.data / "snapshots" / "downlink.sealed"


def downlink_key(settings: Settings) -> bytes:
    """Under which that file is sealed: nobody else can command a vehicle."""
    return installation_key(secret_folder(settings.data) / "downlink.key")


def own_keys_folder(settings: Settings) -> Path:
    """The platform's private keys, readable by their owner only; unused where they lie on a token."""
    return settings.data / "keys" / "platform"


def vehicle_key(settings: Settings) -> bytes:
    return installation_key(settings.vehicle_key_file)


def journal_keys(settings: Settings) -> KeyRing:
    """The keys of sealed segments; an empty ring when none are configured.

    Raises:
        BadSetting: the file cannot be read or holds something else.
    """
    from voltward.journal.keys import KeyRing

    try:
        return KeyRing.read(settings.journal_key_file)
    except OSError as error:
        raise BadSetting(
            f"journal_key_file {settings.journal_key_file}: {error.strerror}"
        ) from None


def store_token(settings: Settings) -> str:
    """The store's token or password, from its file; the embedded store's is made on first use.

    Raises:
        BadSetting: a server is named but its token file is not, or cannot be read.
    """
    if settings.store_token_file is not None:
        try:
            return settings.store_token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(
                f"store_token_file {settings.store_token_file}: {error.strerror}"
            ) from None
    if settings.store_url:
        raise BadSetting("store_url is set: set store_token_file too")
    return secret_text(settings.data, "store.token")


def store_address(settings: Settings) -> str:
    """Where the store listens.

    Raises:
        StoreNotThere: the embedded store is not running.
    """
    if settings.store_url:
        return settings.store_url
    try:
        port = int(store_run_file(settings).read_text())
    except (OSError, ValueError):
        raise StoreNotThere(
            f"no store serves {settings.data}; start `voltward store` or `voltward up`"
        ) from None
    return f"http://127.0.0.1:{port}"


def store_client(settings: Settings, timeout_s: int = 300) -> Client:
    """A client of the store as it is now; ask again after a failure, the port may have changed.

    Raises:
        StoreNotThere: see ``store_address``.
    """
    from voltward.telemetry.client import connect

    return connect(store_address(settings), store_token(settings), timeout_s=timeout_s)
