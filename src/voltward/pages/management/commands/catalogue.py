"""``voltward manage catalogue``: collect, keep and compile the English catalogue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.pages.catalogue.keep import PO, catalogue


class Command(BaseCommand):
    help = (
        "Collects every sentence, keeps its English, compiles the catalogue. --check only compares."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when out of step"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, mo = catalogue(), PO.with_suffix(".mo")
        if options["check"]:
            if (
                not PO.exists()
                or PO.read_text(encoding="utf-8") != now.po
                or mo.read_bytes() != now.mo
            ):
                raise CommandError("the catalogue is out of step; run: voltward manage catalogue")
        else:
            PO.parent.mkdir(parents=True, exist_ok=True)
            PO.write_text(now.po, encoding="utf-8")
            mo.write_bytes(now.mo)
        if now.missing:
            raise CommandError("without English:\n" + "\n".join(now.missing))
