"""Where things lie in the data folder, and how its parts find each other. No Django here."""

from pathlib import Path

from voltward.base.errors import BadSetting, Refused
from voltward.base.settings import Settings
from voltward.base.vehicle_id import installation_key
from voltward.entry.secret_files import secret_text
from voltward.journal.keys import KeyRing
from voltward.telemetry.client import Client, connect


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


def findings_folder(settings: Settings) -> Path:
    """The engine's memory."""
    return settings.data / "findings"


def findings_status(settings: Settings) -> Path:
    return settings.data / "run" / "findings-main.json"


def vehicle_key(settings: Settings) -> bytes:
    return installation_key(settings.vehicle_key_file)


def journal_keys(settings: Settings) -> KeyRing:
    """The keys of sealed segments; an empty ring when none are configured.

    Raises:
        BadSetting: the file cannot be read or holds something else.
    """
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
    return connect(store_address(settings), store_token(settings), timeout_s=timeout_s)
