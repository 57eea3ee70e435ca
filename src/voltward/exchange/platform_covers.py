"""A revision's encryption and signature as the uplink knows them, and what the audit trail keeps of them."""

from __future__ import annotations

from typing import Any, Final

from voltward.exchange.models import PlatformCover, PlatformRevision
from voltward.seals.ciphers import CipherRule
from voltward.uplink.covers import SYMMETRIC, Cover

OF_RULE: Final = ("mode", "padding", "vector", "sm2", "rsa")
OF_LINK: Final = (
    "peer_key", "exchanges", "wrap", "valid_h", "login_too", "signature", "with_marker",
)  # fmt: skip
FIELDS: Final = (*OF_RULE, *OF_LINK)  # of a row, beside the data key


def row_of(revision: PlatformRevision) -> PlatformCover | None:
    """None: its units go as they are, as far as its encryption rule says so too."""
    found: PlatformCover | None = getattr(revision, "cover", None)
    return found


def cover_of(revision: PlatformRevision, data_key: str) -> Cover:
    """``data_key``: hexadecimal, "" where there is none."""
    row = row_of(revision)
    if row is None:
        return Cover(data_key=data_key)
    rule = CipherRule(**{name: getattr(row, name) for name in OF_RULE})
    return Cover(rule=rule, data_key=data_key, **{name: getattr(row, name) for name in OF_LINK})


def needs_data_key(revision: PlatformRevision) -> bool:
    return revision.encryption in SYMMETRIC


def told(revision: PlatformRevision) -> dict[str, Any]:
    """For the audit trail: every setting that differs from a plain link's; no secret."""
    found = cover_of(revision, "")
    plain = Cover()
    own = {name: getattr(found, name) for name in OF_LINK}
    own |= {name: getattr(found.rule, name) for name in OF_RULE}
    usual = {name: getattr(plain, name) for name in OF_LINK}
    usual |= {name: getattr(plain.rule, name) for name in OF_RULE}
    return {"encryption": revision.encryption} | {
        name: value for name, value in own.items() if value != usual[name]
    }
