"""What pages and approvals say of a link's encryption and signature: only what is in use, and no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from voltward.exchange.models import PlatformCover, PlatformRevision
from voltward.exchange.platform_covers import needs_data_key, row_of
from voltward.seals.ciphers import Encryption
from voltward.seals.keys import fingerprint
from voltward.uplink.links import NOT_ENCRYPTED

_OF_SYMMETRIC: Final = ("mode", "padding", "vector", "exchanges")
_OF_EXCHANGE: Final = ("wrap", "valid_h")
_OF_RULE: Final = {Encryption.RSA: ("rsa",), Encryption.SM2: ("sm2",)}


def cover_lines(revision: PlatformRevision) -> list[tuple[str, str]]:
    """Pairs of title and text; none for a link that sends its units as they are."""
    row = row_of(revision)
    if row is None:
        return []
    lines = [(_title(name), _text(row, name)) for name in _names(revision, row)]
    if needs_data_key(revision):
        lines.append((_("数据密钥"), _key_text(row)))
    return lines


def _names(revision: PlatformRevision, row: PlatformCover) -> Iterator[str]:
    yield from _OF_RULE.get(Encryption(revision.encryption), ())
    if needs_data_key(revision):
        yield from _OF_SYMMETRIC
        if row.exchanges:
            yield from _OF_EXCHANGE
            yield from {"sm2": ("sm2",), "rsa": ("rsa",)}.get(row.wrap, ())
    if row.peer_key:
        yield "peer_key"
    if revision.encryption != NOT_ENCRYPTED:
        yield "login_too"
    yield "signature"
    if row.signature:
        yield "with_marker"


def _title(name: str) -> str:
    return str(PlatformCover._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # columns only


def _text(row: PlatformCover, name: str) -> str:
    """A value as people read it; of a public key the beginning of its fingerprint."""
    if name == "peer_key":
        return fingerprint(bytes.fromhex(row.peer_key))[:16]
    said = getattr(row, f"get_{name}_display", None)
    if said is not None:
        return str(said())
    value: Any = getattr(row, name)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)


def _key_text(row: PlatformCover) -> str:
    if row.key_set_at is None:
        return _("未设置")
    day = timezone.localtime(row.key_set_at).strftime("%Y-%m-%d %H:%M")
    return _("已设置（%(day)s）") % {"day": day}
