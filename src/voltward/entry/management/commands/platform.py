"""``voltward manage platform add|set|list|pause|resume|own-key``: links to public platforms from the machine itself.

Whoever may run it administers the machine: what it sets is in force at once, and kept as set by command.
"""

from __future__ import annotations

import json
import time
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voltward.base.errors import BadInput, Refused
from voltward.entry.cover_options import add_cover_options, cover_given, text_of
from voltward.entry.places import own_keys_folder
from voltward.entry.settings import VOLTWARD
from voltward.exchange import platform_states as states
from voltward.exchange.models import PublicPlatform
from voltward.exchange.ports import link_status
from voltward.exchange.selectors.platforms import platform_visible, revisions_in_force
from voltward.exchange.services.platform_install import uplink_install, uplink_reinstall
from voltward.exchange.services.platform_running import uplink_pause, uplink_resume
from voltward.records import selectors
from voltward.seals.keys import Algorithm, canonical
from voltward.seals.own_keys import FileKeys
from voltward.uplink.links import EDITIONS

# options that are settings by their own name
_PLAIN: Final = (
    "edition", "identity", "user", "tls", "all_vehicles", "waits", "window", "per_s",
    "reissue_per_s", "live_s", "retry_s", "reports", "reports_2025",
)  # fmt: skip


class Command(BaseCommand):
    help = (
        "Sets links to public platforms up, lists them with their state, pauses and resumes them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        add = what.add_parser("add", help="a new platform, in force at once")
        add.add_argument("--title", help="what pages call it; default: NAME")
        add.add_argument(
            "--kind", choices=[code for code, _title in PublicPlatform.KINDS], default="local"
        )
        add.add_argument(
            "--maker", help="name of the maker whose vehicles it gets; default: the first"
        )
        change = what.add_parser(
            "set", help="other settings of a platform; what is not named stays"
        )
        for one in (add, change):
            _settings(one, is_new=one is add)
        listed = what.add_parser("list", help="every platform with its state")
        listed.add_argument("--json", action="store_true", help="one array of objects")
        own = what.add_parser("own-key", help="our public key, for the platform's operator")
        own.add_argument("algorithm", choices=[one.word for one in Algorithm])
        for verb in ("pause", "resume"):
            one = what.add_parser(verb, help=f"{verb} a link")
            one.add_argument("name")
            one.add_argument("--reason", default="command line", help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what'].replace('-', '_')}")(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _add(self, options: dict[str, Any]) -> None:
        named = options["maker"]
        maker = selectors.maker_by_name(named) if named else selectors.maker_first()
        if maker is None:
            raise CommandError("no such maker; add one with: voltward manage maker_add NAME")
        uplink_install(
            selectors.installation(), maker=maker, name=options["name"],
            title=options["title"] or options["name"], kind=options["kind"],
            settings=_given(options), password=_password(options["password_file"]),
            **cover_given(options),
        )  # fmt: skip
        self.stdout.write(f"{options['name']}: in force")

    def _set(self, options: dict[str, Any]) -> None:
        file = options["password_file"]
        uplink_reinstall(
            selectors.installation(), name=options["name"], settings=_given(options),
            password=_password(file) if file else "", **cover_given(options),
        )  # fmt: skip
        self.stdout.write(f"{options['name']}: in force")

    def _list(self, options: dict[str, Any]) -> None:
        rows = list(platform_visible(selectors.installation()).order_by("number"))
        current = revisions_in_force(rows)
        found = [_line(one, current.get(one.pk)) for one in rows if one.state != states.RETIRED]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for one in found:
            self.stdout.write(
                f"{one['name']}  {one['state']}  {one['address']}  lag {one['lag_s']} s  sent"
                f" {one['sent']}  answered {one['answered']}  refused {one['refused']}  open {one['open']}"
            )

    def _pause(self, options: dict[str, Any]) -> None:
        uplink_pause(selectors.installation(), name=options["name"], reason=options["reason"])
        self.stdout.write(f"{options['name']}: paused")

    def _own_key(self, options: dict[str, Any]) -> None:
        algorithm = Algorithm[options["algorithm"].upper()]
        keys = FileKeys(own_keys_folder(VOLTWARD))
        self.stdout.write(canonical(algorithm, keys.public(algorithm)).hex())

    def _resume(self, options: dict[str, Any]) -> None:
        uplink_resume(selectors.installation(), name=options["name"], reason=options["reason"])
        self.stdout.write(f"{options['name']}: resumed")


def _settings(parser: CommandParser, *, is_new: bool) -> None:
    """Options of ``add`` and ``set``; None: not given."""
    parser.add_argument("name", help="a-z 0-9 -, at most 32; never used again for another")
    parser.add_argument("--address", metavar="HOST:PORT", required=is_new)
    parser.add_argument("--edition", type=int, choices=EDITIONS, required=is_new)
    parser.add_argument("--identity", metavar="ID", required=is_new, help="platform id, at most 17")
    parser.add_argument("--user", required=is_new, help="login name, at most 12")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", required=is_new, help="its first line"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="PEM certificates TLS is checked with"
    )
    # --all-vehicles is the default of a new platform; vehicles are chosen on its page
    for flag in ("--all-vehicles", "--tls", "--waits", "--reports", "--reports-2025"):
        parser.add_argument(flag, action=BooleanOptionalAction)
    for number in ("--window", "--per-s", "--reissue-per-s", "--live-s", "--retry-s"):
        parser.add_argument(number, type=int, metavar="N")
    add_cover_options(parser)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """
    Raises:
        BadInput: an address without port, or a file that cannot be read.
    """
    found = {name: options[name] for name in _PLAIN if options[name] is not None}
    if options["address"]:
        host, _sep, port = options["address"].rpartition(":")
        if not host or not port.isdigit():
            raise BadInput(f"address: {options['address']}, expected HOST:PORT")
        found |= {"host": host.strip("[]"), "port": int(port)}
    if options["ca"]:
        found["ca_pem"] = text_of(options["ca"])
    return found


def _password(file: Path) -> str:
    return text_of(file).partition("\n")[0].rstrip("\r")


def _line(platform: PublicPlatform, current: Any) -> dict[str, Any]:
    """One platform as ``list`` tells it; ``open``: frames without a final outcome."""
    status = link_status(platform.name)
    if status is not None and status.is_silent(time.time()):
        status = None
    return {
        "name": platform.name,
        "title": platform.title,
        "kind": platform.kind,
        "address": f"{current.host}:{current.port}" if current else "",
        "state": _state(platform, status.state if status else "off"),
        "lag_s": status.lag_s if status else None,
        "sent": status.sent if status else 0,
        "answered": status.accepted + status.refused if status else 0,
        "accepted": status.accepted if status else 0,
        "refused": status.refused if status else 0,
        "unanswered": status.unanswered if status else 0,
        "open": status.open if status else 0,
    }


def _state(platform: PublicPlatform, said: str) -> str:
    if platform.state == states.DRAFT:
        return states.DRAFT
    return "paused" if platform.is_paused else said
