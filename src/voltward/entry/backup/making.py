"""``voltward backup``: a consistent copy of one installation, taken while it runs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import voltward
from voltward.base.errors import BadInput
from voltward.base.settings import Settings
from voltward.entry import places, postgres
from voltward.entry.backup.counts import journal_records, store_counts
from voltward.entry.backup.manifest import Manifest, copied, sha256
from voltward.entry.backup.office_database import dump
from voltward.telemetry.archive.run import checkpoints

# The store is no part of it: it is made again from journal and archive, and then compared.
FOLDERS = (
    "secrets",
    "keys",
    "audit",
    "attachments",
    "archive",
    "imports",
    "processor",
    "office",
    "simulator",
    "snapshots",
)
DUMP = "office.dump"
TRIES = 5

Progress = Callable[[str, int], None]


def backup(
    settings: Settings, target: Path, progress: Progress = lambda _name, _octets: None
) -> Manifest:
    """Copy everything to the new folder ``target``; its manifest is written last.

    Order matters: processor checkpoints before the journal they point into, and each stream's
    marker before its segments, so that whatever the copy names is in the copy.

    Raises:
        BadInput: ``target`` exists and is not empty, or there is nothing to back up.
        DumpFailed: PostgreSQL refused.
    """
    if target.exists() and any(target.iterdir()):
        raise BadInput(f"{target}: not empty; give a new folder")
    if not settings.data.is_dir():
        raise BadInput(f"{settings.data}: no such data folder; give it with --data")
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(0o700)  # it holds the secrets
    manifest = Manifest(
        voltward=voltward.__version__, made_at=datetime.now(UTC).isoformat(timespec="seconds")
    )
    for folder in FOLDERS:
        for path in _files(settings.data / folder):
            _copy(settings.data, path, target, manifest, progress)
    reached = checkpoints(target / "processor")
    manifest.reached = {stream: str(position) for stream, position in reached.items()}
    manifest.store = store_counts(settings, manifest.reached)
    for path in _journal_files(places.journal_folder(settings)):
        _copy(settings.data, path, target, manifest, progress)
    with ExitStack() as stack:
        url = settings.database_owner_url or settings.database_url
        if not url:
            stack.enter_context(postgres.running(settings.data))
            url = postgres.database_url(settings.data, postgres.OWNER)
        manifest.tables = dump(url, target / DUMP)
    progress(DUMP, (target / DUMP).stat().st_size)
    manifest.files[DUMP] = ((target / DUMP).stat().st_size, sha256(target / DUMP))
    manifest.journal = journal_records(target / "journal", settings)
    manifest.write(target)
    return manifest


def _copy(data: Path, path: Path, target: Path, manifest: Manifest, progress: Progress) -> None:
    name = str(path.relative_to(data))
    try:
        manifest.files[name] = copied(path, target / name)
    except FileNotFoundError:
        return  # sealed, expired or replaced since it was listed; what took its place is listed too
    progress(name, manifest.files[name][0])


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".lock", ".partial"):
            yield path


def _journal_files(journal: Path) -> Iterator[Path]:
    """Each stream's small files, then its segments; again until nothing changed its name meanwhile."""
    seen: set[Path] = set()
    for _ in range(TRIES):
        fresh = [path for path in _files(journal) if path not in seen and ".run" not in path.parts]
        if not fresh:
            return
        fresh.sort(key=lambda path: (path.parent, path.suffix in (".log", ".sealed"), path.name))
        for path in fresh:
            seen.add(path)
            yield path
