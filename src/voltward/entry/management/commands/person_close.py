"""``voltward manage person_close LOGIN``: an account that lets nobody in any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import Refused
from voltward.records import selectors
from voltward.records.services.accounts import person_disable, person_enable


class Command(BaseCommand):
    help = (
        "Closes an account at once, with its sessions, streams and tokens; --open opens it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("--open", action="store_true", help="open a closed account again")
        parser.add_argument("--why", default="by command", help="reason, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        turn = person_enable if options["open"] else person_disable
        try:
            turn(selectors.installation(), login=options["login"], why=options["why"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
