"""``voltward manage maker_add NAME --wmi LVV``: a vehicle maker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import Refused
from voltward.records import selectors, services


class Command(BaseCommand):
    help = "Adds a vehicle maker; unknown vehicles of its WMI codes go to the unregistered pool."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--wmi", action="append", default=[], help="first three characters of its VINs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            maker = services.maker_create(
                selectors.installation(), name=options["name"], wmis=options["wmi"]
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{maker.pk} {maker.name}")
