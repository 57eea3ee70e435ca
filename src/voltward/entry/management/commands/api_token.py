"""``voltward manage api_token NAME [--scope wall --page NAME]``: a token of a read-only account."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import NotFound, Refused
from voltward.records import selectors, services
from voltward.records.models import ApiToken, Person
from voltward.records.roles import INTEGRATOR


class Command(BaseCommand):
    help = (
        "Prints a new token of the read-only integrator account NAME, which is made when missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the program that will use the token")
        parser.add_argument(
            "--maker", help="name of the maker whose vehicles it may see; default: the first"
        )
        parser.add_argument(
            "--days", type=int, default=services.TOKEN_DAYS, help="days until it expires"
        )
        parser.add_argument(
            "--scope",
            choices=[scope for scope, _ in ApiToken.SCOPES],
            default="read",
            help="read: the API; wall: wall screens, for one shift",
        )
        parser.add_argument(
            "--page",
            action="append",
            default=[],
            help="with --scope wall: a page the screen may show, e.g. overview",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = self._account(options["name"], options["maker"])
        try:
            _, text = services.token_create(
                selectors.installation(), person=person, name=options["name"],
                days=options["days"], scope=options["scope"], pages=options["page"],
            )  # fmt: skip
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(text)

    @staticmethod
    def _account(name: str, maker_name: str | None) -> Person:
        login = "api-" + (re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "program")
        try:
            return selectors.person_by_login(login)
        except NotFound:
            pass
        maker = selectors.maker_by_name(maker_name) if maker_name else selectors.maker_first()
        if maker is None:
            raise CommandError("no such maker; add one with: voltward manage maker_add NAME")
        return services.person_create(
            selectors.installation(),
            login=login,
            display_name=name,
            maker=maker,
            roles=[INTEGRATOR],
            is_program=True,
        )
