"""``voltward manage registration check|export PLATFORM``: static data of the vehicles of a public platform."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.exchange.models import PublicPlatform, StaticRegistration
from voltward.exchange.registration_fields import place_of
from voltward.exchange.registration_files import FORMATS, sheets_of
from voltward.exchange.selectors import registrations as selectors
from voltward.exchange.selectors.platforms import platform_by_name
from voltward.exchange.services.registrations import registrations_sweep
from voltward.fleet.selectors.registration import platform_registration
from voltward.fleet.services.registration import registration_sweep
from voltward.fleet.ui.registration_words import TITLES
from voltward.records.selectors import installation
from voltward.records.services import reading_recorded


class Command(BaseCommand):
    help = "Checks the static data that a public platform wants of vehicles, and writes its files."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser("check", help="what lacks and where it is filled in; fails if any")
        check.add_argument("--json", action="store_true", help="one object a line")
        export = what.add_parser("export", help="all tables as a ZIP of CSV or as an Excel file")
        export.add_argument("--to", type=Path, required=True, metavar="FILE")
        export.add_argument("--format", choices=sorted(FORMATS), default="xlsx")
        for one in (check, export):
            _chosen(one)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            platform = platform_by_name(installation(), options["platform"])
        except NotFound as error:
            raise CommandError(str(error)) from error
        while registration_sweep():
            pass
        registrations_sweep()
        rows = selectors.registration_of(installation(), platform.name)
        if options["state"]:
            rows = rows.filter(state=options["state"])
        getattr(self, f"_{options['what']}")(platform, rows, options)

    def _check(
        self, platform: PublicPlatform, rows: QuerySet[StaticRegistration], options: dict[str, Any]
    ) -> None:
        del platform
        lacking = 0
        for row, vehicle in selectors.vehicles_whole(rows):
            missing = platform_registration(vehicle).missing
            lacking += bool(missing)
            places = {name: str(place_of(name, vehicle).title) for name in missing}
            if options["json"]:
                found = {"vin": vehicle.vin, "state": row.state, "missing": places}
                self.stdout.write(json.dumps(found, ensure_ascii=False))
                continue
            for name, place in places.items():
                self.stdout.write(f"{vehicle.vin}  {name}  {TITLES[name]} → {place}")
        if lacking:
            raise CommandError(f"{lacking} vehicles are incomplete")

    def _export(
        self, platform: PublicPlatform, rows: QuerySet[StaticRegistration], options: dict[str, Any]
    ) -> None:
        write, _ending = FORMATS[options["format"]]
        sheets = sheets_of(platform.maker.name, platform.title, selectors.vehicles_whole(rows))
        reading_recorded(
            installation(), what="registration.export", subject=platform, rows=rows.count(),
            format=options["format"], state=options["state"] or "", maker_id=platform.maker_id,
        )  # fmt: skip
        with options["to"].open("wb") as file:
            write(file, sheets)
        self.stdout.write(f"{options['to']}: {rows.count()} vehicles")


def _chosen(parser: ArgumentParser) -> None:
    states = [code for code, _title in StaticRegistration.STATES]
    parser.add_argument("platform", help="name of the platform")
    parser.add_argument("--state", choices=states, help="only such vehicles")
