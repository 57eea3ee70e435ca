"""``migrate`` as the owner, and then the rights of the application's roles."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from voltward.entry.rights import grant_rights


class Command(MigrateCommand):
    help = "Brings the database to this version, as its owner, and renews the roles' rights."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        grant_rights(connections[options["database"]], connections["default"].settings_dict["USER"])
