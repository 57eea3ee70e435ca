"""``voltward rebuild|backup|restore``: nothing is lost for good while the journal or a backup lives."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.progress import Progress

from voltward.entry.cli.process_commands import DataOption, set_environment


def register(app: typer.Typer) -> None:
    for command in (rebuild, backup, restore):
        app.command()(command)


def rebuild(
    missing: bool = typer.Option(
        False, "--missing", help="Only find and refill what is missing; processors may run."
    ),
    quarantine: bool = typer.Option(
        False, "--quarantine", help="Only decode quarantined frames again, after a fix."
    ),
    data: DataOption = None,
) -> None:
    """Make the telemetry store anew from the archive and the journal (stop the processor first).

    Example: voltward rebuild --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry import places
    from voltward.entry.backup.restoring import store_running
    from voltward.entry.processes.processor import config
    from voltward.telemetry.ingest.decoding import Decoder
    from voltward.telemetry.ingest.rebuild import rebuild as run
    from voltward.telemetry.ingest.reconcile import reconcile
    from voltward.telemetry.ingest.replay_quarantine import replay_quarantine
    from voltward.telemetry.ingest.sink import StoreSink

    settings = Settings()
    told = config(settings)
    archive = places.archive_folder(settings)
    with store_running(settings), _bar() as progress:
        sink = StoreSink(lambda: places.store_client(settings), settings.store_cluster)
        task = progress.add_task("records", total=None)

        def show(done: int, about: int) -> None:
            progress.update(task, completed=done, total=about)

        if quarantine:
            decoder = Decoder(places.vehicle_key(settings))
            result: object = replay_quarantine(
                told.journal, sink, decoder, keys=told.journal_keys, progress=show
            )
        elif missing:
            result = reconcile(told, sink, archive, progress=show)
        else:
            result = run(told, sink, archive, progress=show)
        sink.close()
    sys.stdout.write(f"{result}\n")


def backup(
    target: Path = typer.Argument(..., metavar="FOLDER", help="New folder for the backup."),
    data: DataOption = None,
) -> None:
    """Copy the data folder and the office database while everything runs; hashes and counts in manifest.json.

    The backup holds the secrets of the installation: keep it as safe as the installation itself.

    Example: voltward backup /mnt/backups/2026-03-15
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.backup.making import backup as run

    with _bar() as progress:
        task = progress.add_task("copied", total=None)

        def show(name: str, octets: int) -> None:
            progress.update(task, advance=octets, description=name[:40])

        manifest = run(Settings(), target, show)
    octets = sum(size for size, _ in manifest.files.values())
    sys.stdout.write(
        f"{target}: {len(manifest.files)} files, {octets / 1e6:.1f} MB, "
        f"{sum(manifest.journal.values())} journal records, {sum(manifest.tables.values())} office rows, "
        f"{manifest.store.get('rows', 'no')} store rows counted\n"
    )


def restore(
    source: Path = typer.Argument(
        ..., metavar="FOLDER", help="Folder that `voltward backup` wrote."
    ),
    data: DataOption = None,
) -> None:
    """Restore a backup into an empty data folder and prove it equal: hashes, journal, tables, store.

    Example: voltward restore /mnt/backups/2026-03-15 --data /var/lib/voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.backup.restoring import restore as run

    with _bar() as progress:
        tasks = {name: progress.add_task(name, total=None) for name in ("files", "store")}

        def show(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total)

        found = run(source, Settings(), show)
    rows = (
        f"{found.store['rows']} store rows"
        if found.store
        else "store rebuilt (no figures in the backup)"
    )
    sys.stdout.write(
        f"restored and equal: {found.files} files, {sum(found.journal.values())} journal records, "
        f"{sum(found.tables.values())} office rows, {rows}\n"
    )


@contextmanager
def _bar() -> Iterator[Progress]:
    with Progress(disable=not sys.stderr.isatty()) as progress:
        yield progress
