"""``voltward journal cat|verify|stats``: read a journal folder without disturbing its writer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from voltward.base.clock import utc
from voltward.base.errors import BadInput, Refused

if TYPE_CHECKING:  # the journal brings numba along; the other commands need not wait for it
    from voltward.journal.keys import KeyRing
    from voltward.journal.reader import JournalReader

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Journal folder.")]
StreamOption = Annotated[
    str | None, typer.Option("--stream", help="Only this stream, e.g. gateway-0.")
]
EXIT_DAMAGED = 1


class Damaged(Refused):
    """Something in the journal is not as it was written."""

    code = "journal_damaged"


def register(app: typer.Typer) -> None:
    journal = typer.Typer(help="Read, check and measure a journal folder.", no_args_is_help=True)
    for command in (cat, verify, stats):
        journal.command()(command)
    app.add_typer(journal, name="journal")


def cat(
    folder: FolderArgument,
    stream: StreamOption = None,
    hex_payload: bool = typer.Option(
        False, "--hex", help="End each line with the record's bytes as hex."
    ),
    start: str | None = typer.Option(
        None, "--from", metavar="POSITION", help="First record, e.g. gateway-0/000000000000:4096."
    ),
) -> None:
    """Print one record a line: position, receive time, kind, link, and with --hex its bytes last.

    Example: voltward journal cat .voltward/journal --hex | tail
    """
    from voltward.journal.listing import entries
    from voltward.journal.position import Position
    from voltward.journal.reader import JournalReader

    first = Position.parse(start) if start else None
    with JournalReader(folder, keys=_keys()) as reader:
        for name in _streams(reader, folder, first.stream if first else stream):
            for entry in entries(reader, name, first):
                sys.stdout.write(entry.line(hex_payload=hex_payload) + "\n")


def verify(
    folder: FolderArgument,
    stream: StreamOption = None,
    quarantine: bool = typer.Option(False, help="Put copies of damaged stretches aside."),
) -> None:
    """Check every record of every segment; exit status 1 when anything is damaged.

    Example: voltward journal verify .voltward/journal
    """
    from voltward.journal.reader import JournalReader
    from voltward.journal.verify import verify as reports

    faults = records = segments = 0
    with JournalReader(folder) as reader, Progress(disable=not sys.stderr.isatty()) as progress:
        for name in _streams(reader, folder, stream):
            task = progress.add_task(name, total=None)
            for report in reports(folder, name, keys=_keys(), quarantine=quarantine):
                segments, records = segments + 1, records + report.records
                faults += not report.sound
                for text in (*report.faults, *(str(piece) for piece in report.damage)):
                    sys.stdout.write(f"{report.stream}/{report.segment:012}: {text}\n")
                progress.advance(task)
    sys.stdout.write(
        f"{records} records in {segments} segments checked, {faults} segments damaged\n"
    )
    if faults:
        raise Damaged(f"{faults} of {segments} segments are damaged; see the lines above")


def stats(folder: FolderArgument, stream: StreamOption = None) -> None:
    """Print size, records and time span of each stream, and the disk's free space.

    Example: voltward journal stats .voltward/journal
    """
    from voltward.journal.reader import JournalReader
    from voltward.journal.stats import disk_stats, stream_stats

    with JournalReader(folder) as reader:
        for name in _streams(reader, folder, stream):
            found = stream_stats(folder, name)
            sys.stdout.write(
                f"{name}: {found.logs} live segments of {found.log_bytes / 1e6:.1f} MB, "
                f"{found.sealed} sealed of {found.sealed_bytes / 1e6:.1f} MB with {found.records} records"
                f"{_span(found.first_ns, found.last_ns)}, {found.quarantined} quarantined, "
                f"end {found.end or 'none'}\n"
            )
    disk = disk_stats(folder)
    sys.stdout.write(f"disk: {disk.free_bytes / 1e9:.1f} GB free, {disk.used_share:.0%} used\n")


def _span(first_ns: int, last_ns: int) -> str:
    if not last_ns:
        return ""
    return f" from {utc(first_ns):%Y-%m-%d %H:%M:%S} to {utc(last_ns):%Y-%m-%d %H:%M:%S} UTC"


def _keys() -> KeyRing:
    from voltward.base.settings import Settings
    from voltward.entry.places import journal_keys

    return journal_keys(Settings())


def _streams(reader: JournalReader, folder: Path, wanted: str | None) -> Iterator[str]:
    if not folder.is_dir():
        raise BadInput(
            f"{folder}: no such folder; give the folder that `voltward gateway --journal` wrote"
        )
    names = reader.streams()
    if not names:
        raise BadInput(f"{folder}: no journal stream in it; give the folder above the streams")
    if wanted is not None and wanted not in names:
        raise BadInput(f"--stream {wanted}: not in {folder}; there are {', '.join(names)}")
    yield from [wanted] if wanted is not None else names
