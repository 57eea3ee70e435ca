"""``voltward manage marks``: look at the rows that decide who may do what, and at their key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import BadInput, NotFound
from voltward.records import selectors
from voltward.records.actions import label
from voltward.records.selectors.marks import rows_forged
from voltward.records.services.marks import mark_confirm, marks_rotate, marks_sweep


class Command(BaseCommand):
    help = "check: names forged rows; confirm ROW --reason TEXT: honours one; rotate: a new key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["check", "confirm", "rotate"])
        parser.add_argument("row", nargs="?", default="", help="e.g. Assignment:17")
        parser.add_argument("--reason", default="", help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "rotate":
            done = marks_rotate(selectors.installation())
            self.stdout.write(f"{done['key']}: {done['rows']} rows, {done['forged']} forged")
        elif options["verb"] == "confirm":
            self._confirm(options["row"], options["reason"])
        elif marks_sweep():
            raise CommandError("forged: " + " ".join(label(row) for row in rows_forged()))
        else:
            self.stdout.write("every row is as the platform wrote it")

    def _confirm(self, row: str, reason: str) -> None:
        try:
            mark_confirm(selectors.installation(), row=row, reason=reason)
        except (BadInput, NotFound) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{row}: confirmed")
