"""Options of ``platform add|set`` that say how a link encrypts and signs."""

from __future__ import annotations

from argparse import BooleanOptionalAction, _ArgumentGroup
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser

from voltward.base.errors import BadInput
from voltward.exchange.models import PlatformCover
from voltward.exchange.platform_covers import FIELDS

ENCRYPTIONS: Final = {"none": 1, "rsa": 2, "aes": 3, "sm2": 4, "sm4": 5}
# options and the settings they are; choices are those of the record
_CHOSEN: Final = {
    "--cipher-mode": "mode", "--cipher-padding": "padding", "--cipher-vector": "vector",
    "--sm2-form": "sm2", "--rsa-padding": "rsa", "--key-wrap": "wrap",
}  # fmt: skip
_YES_NO: Final = {
    "--key-exchange": "exchanges", "--encrypt-login": "login_too", "--sign-marker": "with_marker",
}  # fmt: skip


def add_cover_options(parser: CommandParser) -> None:
    """None: not given."""
    group = parser.add_argument_group("encryption and signature (docs/uplink.md)")
    group.add_argument("--encryption", choices=ENCRYPTIONS)
    _add_choices(group)
    group.add_argument("--sign", dest="signature", choices=["none", "sm2", "rsa", "ecc"])
    group.add_argument("--key-hours", dest="valid_h", type=int, metavar="N")
    group.add_argument("--peer-key", type=Path, metavar="FILE", help="PEM or hexadecimal")
    group.add_argument(
        "--data-key-file", type=Path, metavar="FILE", help="32 hexadecimal digits: AES, SM4"
    )
    group.add_argument(
        "--new-data-key", action="store_true", help="make one; only with --key-exchange"
    )


def _add_choices(group: _ArgumentGroup) -> None:
    for option, name in _CHOSEN.items():
        field: Any = PlatformCover._meta.get_field(name)
        codes = [code for code, _title in field.choices]
        group.add_argument(option, dest=name, choices=codes)
    for option, name in _YES_NO.items():
        group.add_argument(option, dest=name, action=BooleanOptionalAction)


def cover_given(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that were named, as services take them.

    Raises:
        BadInput: a file that cannot be read.
    """
    values = {name: options[name] for name in FIELDS if options.get(name) is not None}
    if values.get("signature") == "none":
        values["signature"] = ""
    if options["peer_key"] is not None:
        values["peer_key"] = text_of(options["peer_key"])
    if options["encryption"] is not None:
        values["encryption"] = ENCRYPTIONS[options["encryption"]]
    file = options["data_key_file"]
    return {
        "cover": values,
        "data_key": "" if file is None else text_of(file).strip(),
        "is_new_key": options["new_data_key"],
    }


def text_of(file: Path) -> str:
    """
    Raises:
        BadInput: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: {error}") from None
