"""``voltward manage audit verify|key|seal``: what an auditor does with the trail (docs/audit.md)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.records.audit_checkpoints import key_id
from voltward.records.audit_keeping import keeping
from voltward.records.selectors.audit_verification import Report, trail_verify
from voltward.records.services.audit_seals import audit_rows_seal


class Command(BaseCommand):
    help = (
        "Verifies the audit trail, prints the public key of its checkpoints, or seals what waits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        verify = what.add_parser("verify", help="check every row, seal and checkpoint")
        verify.add_argument(
            "--checkpoints", type=Path, action="append", default=[], metavar="FOLDER",
            help="a copy of the checkpoints kept elsewhere (repeatable)",
        )  # fmt: skip
        verify.add_argument(
            "--public-key", type=Path, action="append", default=[], metavar="FILE",
            help="the auditor's copy of the public key, PEM (repeatable); default: DATA/keys",
        )  # fmt: skip
        what.add_parser("key", help="print the public key that checkpoints are signed with")
        what.add_parser("seal", help="seal what waits now, where no office process runs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "verify":
            self._verify(options["checkpoints"], options["public_key"])
        elif options["what"] == "key":
            self._key()
        else:
            self.stdout.write(f"{audit_rows_seal()} rows sealed")

    def _verify(self, folders: list[Path], files: list[Path]) -> None:
        began_s = time.monotonic()
        report = trail_verify(keeping(), folders=folders, keys=_keys(files) if files else None)
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(_summary(report, time.monotonic() - began_s))
        if report.finding_count:
            raise CommandError(f"the audit trail is not whole: {report.finding_count} findings")

    def _key(self) -> None:
        public = keeping().signer().public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.stdout.write(f"{pem.decode().strip()}\nkey {key_id(public)}")


def _summary(report: Report, spent_s: float) -> str:
    return (
        f"{report.rows} rows, {report.seals} seals, {report.checkpoints} checkpoints,"
        f" {report.finding_count} findings in {spent_s:.1f} s"
    )


def _keys(files: list[Path]) -> dict[str, Ed25519PublicKey]:
    keys = {}
    for path in files:
        try:
            public = load_pem_public_key(path.read_bytes())
        except ValueError:
            public = None
        if not isinstance(public, Ed25519PublicKey):
            raise CommandError(f"{path}: expected an Ed25519 public key in PEM")
        keys[key_id(public)] = public
    return keys
