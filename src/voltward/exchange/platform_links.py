"""A revision of a platform's settings as the uplink knows it, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificates

from voltward.base.errors import BadInput
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.platform_covers import cover_of, told
from voltward.uplink.links import NAME_PATTERN, Link, checked

# of a revision, beside its password, vehicles and items
SETTINGS: Final = (
    "host", "port", "tls", "ca_pem", "edition", "identity", "user", "all_vehicles", "waits",
    "window", "per_s", "reissue_per_s", "live_s", "retry_s", "reports",
    "reports_2025",
)  # fmt: skip
_MOST_WINDOW: Final = 65_535
_LONGEST_LIVE_S: Final = 3600
_LONGEST_RETRY_S: Final = 600
_LONGEST_HOST: Final = 253
_ANY_DATA_KEY: Final = "00" * 16


def link_of(
    platform: PublicPlatform,
    revision: PlatformRevision,
    *,
    password: str,
    data_key: str = "",
    left_out: Mapping[str, Sequence[int]] | None = None,
) -> Link:
    """As ``uplink.links`` writes it down."""
    values = {name: getattr(revision, name) for name in SETTINGS}
    return Link(
        name=platform.name, number=platform.number, password=password, paused=platform.is_paused,
        encryption=revision.encryption, left_out=left_out or {},
        cover=cover_of(revision, data_key), **values,
    )  # fmt: skip


def settings_of(revision: PlatformRevision) -> dict[str, Any]:
    """What the audit trail keeps: every setting, of certificates their fingerprints, no password."""
    values = {name: getattr(revision, name) for name in SETTINGS}
    values["ca_pem"] = fingerprints(revision.ca_pem)
    return values | told(revision)


def name_checked(name: str) -> str:
    """
    Raises:
        BadInput: no name for a folder, a stream and a command.
    """
    if NAME_PATTERN.fullmatch(name) is None:
        raise BadInput(f"name: {name[:40]!r}, expected a-z 0-9 -, at most 32")
    return name


def settings_checked(
    platform: PublicPlatform, revision: PlatformRevision, password: str, data_key: str = ""
) -> None:
    """``password``, ``data_key`` "": not looked at.

    Raises:
        BadInput: a value that no link can have; the text begins with its name.
    """
    host = revision.host
    found = [
        (bool(host) and host.isprintable() and " " not in host and len(host) <= _LONGEST_HOST,
         "host", host[:80], "a host name or address"),
        (0 < revision.window <= _MOST_WINDOW, "window", revision.window, f"1 to {_MOST_WINDOW}"),
        (0 < revision.live_s <= _LONGEST_LIVE_S, "live_s", revision.live_s, f"1 to {_LONGEST_LIVE_S}"),
        (0 < revision.retry_s <= _LONGEST_RETRY_S, "retry_s", revision.retry_s,
         f"1 to {_LONGEST_RETRY_S}"),
        (revision.per_s >= 0, "per_s", revision.per_s, "0 or more"),
        (revision.reissue_per_s >= 0, "reissue_per_s", revision.reissue_per_s, "0 or more"),
    ]  # fmt: skip
    for fits, name, value, expected in found:
        if not fits:
            raise BadInput(f"{name}: {value!r}, expected {expected}")
    fingerprints(revision.ca_pem)
    link = link_of(platform, revision, password=password or "-", data_key=data_key or _ANY_DATA_KEY)
    try:
        checked(link)
    except BadInput as refusal:  # where stands first for the form, then what and what was expected
        _link, _sep, rest = str(refusal).partition(": ")
        name, _sep, text = rest.partition(" ")
        raise BadInput(f"{name}: {text}") from None


def fingerprints(pem: str) -> list[str]:
    """SHA-256 of each certificate.

    Raises:
        BadInput: no certificates in PEM.
    """
    if not pem.strip():
        return []
    try:
        return [one.fingerprint(SHA256()).hex() for one in load_pem_x509_certificates(pem.encode())]
    except ValueError:
        raise BadInput("ca_pem: no certificates in PEM") from None
