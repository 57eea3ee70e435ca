"""``voltward manage person_add LOGIN --name NAME --role ROLE``: somebody who can log in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import Refused
from voltward.records import selectors, services
from voltward.records.models import Person
from voltward.records.passwords import generated
from voltward.records.roles import INSTALLATION, INTEGRATOR, ROLES


class Command(BaseCommand):
    help = "Adds a person and prints a password, to be changed after the first login."

    def add_arguments(self, parser: CommandParser) -> None:
        choices = sorted(set(ROLES) - {INSTALLATION, INTEGRATOR})
        parser.add_argument("login")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--role", action="append", required=True, choices=choices)
        parser.add_argument("--maker", help="name of the maker; default: the first")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["maker"]
        maker = selectors.maker_by_name(named) if named else selectors.maker_first()
        if maker is None:
            raise CommandError("no such maker; add one with: voltward manage maker_add NAME")
        named_so = Person(login=options["login"], display_name=options["name"], maker=maker)
        password = generated(named_so)
        try:
            services.person_create(
                selectors.installation(),
                login=options["login"],
                display_name=options["name"],
                maker=maker,
                roles=options["role"],
                password=password,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(password)
