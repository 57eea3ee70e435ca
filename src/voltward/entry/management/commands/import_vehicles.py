"""``voltward manage import_vehicles FILE``: the import of the pages, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from voltward.base.errors import Refused
from voltward.pages.imports.kinds import Problem
from voltward.pages.imports.mapping import unknown
from voltward.pages.imports.words import BadFile, said, sentence
from voltward.records import selectors
from voltward.records.models import ImportRun, Person
from voltward.records.services import imports as services
from voltward.records.services.import_work import import_run_work

PIECE = 1 << 20


class Command(BaseCommand):
    help = "Imports vehicles from an .xlsx or .csv file: check first, then all rows or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--maker", help="name of the maker; default: the first")
        parser.add_argument(
            "--good-rows", action="store_true", help="write the good rows where some are refused"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only")

    def handle(self, *args: Any, **options: Any) -> None:
        named, file = options["maker"], options["file"]
        maker = selectors.maker_by_name(named) if named else selectors.maker_first()
        if maker is None:
            raise CommandError("no such maker; add one with: voltward manage maker_add NAME")
        if not file.is_file():
            raise CommandError(f"{file}: no such file")
        actor = selectors.installation()
        try:
            run = services.import_upload(
                actor, kind="vehicle", file_name=file.name, pieces=_pieces(file), maker=maker
            )
            run = self._worked(run, "read")
            for header in unknown(run.headers, run.mapping):
                self.stderr.write(f"{header}: unknown column, not read")
            services.import_map(actor, run_id=run.pk, mapping=run.mapping)
            run = self._worked(run, "check")
            self._say(run)
            if not options["dry_run"]:
                self._apply(actor, run, good_rows_only=options["good_rows"])
        except BadFile as refusal:
            words = said(refusal.why, refusal.found, refusal.expected)
            raise CommandError(words) from refusal
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _apply(self, actor: Person, run: ImportRun, *, good_rows_only: bool) -> None:
        services.import_ask_apply(actor, run_id=run.pk, good_rows_only=good_rows_only)
        run = self._worked(run, "apply")
        if run.applied_at is None:
            self._say(run)
            raise CommandError(said("rows_refused", str(run.refused_rows), "0"))
        self.stdout.write(f"import {run.pk} applied")

    def _worked(self, run: ImportRun, title: str) -> ImportRun:
        """Do what the run waits for, with a bar on a terminal.

        Raises:
            BadFile: the file as a whole is refused.
        """
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as bars:
            bar = bars.add_task(title, total=run.total_rows or None)
            import_run_work(run.pk, tell=lambda rows: bars.update(bar, completed=rows))
        run.refresh_from_db()
        if run.error:
            error = run.error
            raise BadFile(error["code"], found=error["found"], expected=error["expected"])
        return run

    def _say(self, run: ImportRun) -> None:
        for plain in run.problems:
            self.stderr.write(sentence(Problem(*plain)))
        self.stdout.write(
            f"{run.total_rows} rows: {run.new_rows} new, {run.changed_rows} changed,"
            f" {run.same_rows} same, {run.refused_rows} refused, {run.warned_rows} with a warning"
        )


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece
