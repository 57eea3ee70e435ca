"""``voltward manage keys rotate``: new keys for every protected value, while people work."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from voltward.records import selectors
from voltward.records.services.key_rotation import BATCH, keys_rotate


class Command(BaseCommand):
    help = "rotate: seals every protected value anew under new keys. Interrupted, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["rotate"])
        parser.add_argument("--index", action="store_true", help="new key for blind indexes too")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows locked at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        rotation = keys_rotate(
            selectors.installation(), index=options["index"], batch=options["batch"]
        )
        seconds = max(time.monotonic() - begun, 1e-3)
        self.stdout.write(
            f"{rotation.master}: {rotation.rows} rows, {rotation.rows / seconds:.0f} a second"
        )
