"""``voltward manage accident verify [NUMBER ...]``: every hash of frozen accident data reckoned anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import NotFound
from voltward.exchange.selectors.accidents import accident_visible, versions_of
from voltward.exchange.services.accident_reading import accident_verified
from voltward.records import selectors


class Command(BaseCommand):
    help = "Reckons the hashes of frozen accident data anew; fails where anything has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        verify = what.add_parser("verify", help="all versions of packages, all packages by default")
        verify.add_argument("number", nargs="*", type=int, help="of a package, without its A")

    def handle(self, *args: Any, **options: Any) -> None:
        actor, wanted = selectors.installation(), options["number"]
        rows = accident_visible(actor).order_by("pk")
        found = list(rows.filter(pk__in=wanted) if wanted else rows)
        if missing := set(wanted) - {one.pk for one in found}:
            raise CommandError(f"no package {min(missing)}")
        failed = 0
        for package in found:
            for version in versions_of(package).order_by("number"):
                failed += not self._verified(package.pk, version.number)
        if failed:
            raise CommandError(f"{failed} versions are not as they were frozen")

    def _verified(self, package_id: int, number: int) -> bool:
        try:
            wrong = accident_verified(
                selectors.installation(), package_id=package_id, number=number
            )
        except NotFound as error:
            self.stdout.write(f"A{package_id} v{number}: {error}")
            return False
        words = ", ".join(f"{one.code} {one.name}".strip() for one in wrong)
        self.stdout.write(f"A{package_id} v{number}: {words or 'as it was frozen'}")
        return not wrong
