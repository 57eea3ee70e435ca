"""``voltward manage factor_reset LOGIN``: for somebody who lost every second factor."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import Refused
from voltward.records import selectors
from voltward.records.services.accounts import factors_reset


class Command(BaseCommand):
    help = "Takes all second factors from a person; the next login leads to a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("--why", required=True, help="reason, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            factors_reset(selectors.installation(), login=options["login"], why=options["why"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
