"""``voltward restore``: an installation from its backup, into an empty data folder, proved equal."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from voltward.base.errors import BadInput, Refused
from voltward.base.settings import Settings
from voltward.entry import places, postgres
from voltward.entry.backup import office_database
from voltward.entry.backup.counts import counts_of, journal_records
from voltward.entry.backup.making import DUMP
from voltward.entry.backup.manifest import Manifest, copied
from voltward.entry.processes.processor import config
from voltward.telemetry.ingest.rebuild import rebuild
from voltward.telemetry.ingest.sink import StoreSink

STORE_START_S = 60.0
Progress = Callable[[str, int, int], None]


class NotEqual(Refused):
    """What was restored is not what was backed up."""

    code = "restore_not_equal"


@dataclass(frozen=True)
class Restored:
    """What was compared and found equal. ``store``: empty when the backup had no figures of it."""

    files: int
    journal: dict[str, int]
    tables: dict[str, int]
    store: dict[str, int]


def restore(source: Path, settings: Settings, progress: Progress = lambda *_: None) -> Restored:
    """Check the backup, copy it into the empty ``settings.data``, load the database, rebuild the store.

    Raises:
        BadInput: no backup, a damaged one, or a data folder that is not empty.
        NotEqual: a count or hash differs afterwards; the text says which and by how much.
    """
    manifest = Manifest.read(source)
    if settings.data.exists() and any(settings.data.iterdir()):
        raise BadInput(f"{settings.data}: not empty; restore into a new data folder (--data)")
    problems = manifest.problems(source)
    if problems:
        raise BadInput(f"{source}: the backup is damaged: {'; '.join(problems[:5])}")
    settings.data.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(manifest.files, 1):
        if name != DUMP:
            copied(source / name, settings.data / name)
        progress("files", number, len(manifest.files))
    for closed in ("secrets", "keys", "attachments"):
        if (settings.data / closed).is_dir():
            (settings.data / closed).chmod(0o700)
    journal = journal_records(places.journal_folder(settings), settings)
    _compare("journal records", manifest.journal, journal)
    tables = _load_database(settings, source / DUMP)
    _compare("office rows", manifest.tables, tables)
    store = _rebuild_store(settings, manifest.reached, progress)
    if manifest.store:
        _compare("store rows", manifest.store, store)
    return Restored(len(manifest.files), journal, tables, store if manifest.store else {})


def _compare(what: str, expected: dict[str, int], found: dict[str, int]) -> None:
    names = sorted(expected.keys() | found.keys())
    wrong = [
        f"{name}: {found.get(name, 0)}, backed up {expected.get(name, 0)}"
        for name in names
        if expected.get(name) != found.get(name)
    ]
    if wrong:
        raise NotEqual(f"{what} differ: {'; '.join(wrong)}")


def _load_database(settings: Settings, source: Path) -> dict[str, int]:
    with ExitStack() as stack:
        url = settings.database_owner_url or settings.database_url
        if not url:
            stack.enter_context(postgres.running(settings.data))
            url = postgres.database_url(settings.data, postgres.OWNER)
        return office_database.restore(url, source)


def _rebuild_store(
    settings: Settings, reached: dict[str, str], progress: Progress
) -> dict[str, int]:
    with store_running(settings):
        sink = StoreSink(lambda: places.store_client(settings), settings.store_cluster)
        rebuild(
            config(settings),
            sink,
            places.archive_folder(settings),
            progress=lambda done, about: progress("store", done, about),
        )
        client = places.store_client(settings)
        try:
            return counts_of(client, reached)
        finally:
            client.close()
            sink.close()


@contextmanager
def store_running(settings: Settings) -> Iterator[None]:
    """The store of the data folder: the one that runs, or one for as long as this lasts."""
    if settings.store_url or places.store_run_file(settings).exists():
        yield
        return
    command = [
        sys.executable,
        "-m",
        "voltward.entry.cli.main",
        "store",
        "--data",
        str(settings.data),
    ]
    (settings.data / "logs").mkdir(parents=True, exist_ok=True)
    with (settings.data / "logs" / "store.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline_s = time.monotonic() + STORE_START_S
        while not places.store_run_file(settings).exists():
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise places.StoreNotThere(
                    f"the store does not start; see {settings.data}/logs/store.log"
                )
            time.sleep(0.05)  # a file of another process: there is nothing to wait on
        yield
    finally:
        process.terminate()
        process.wait()
