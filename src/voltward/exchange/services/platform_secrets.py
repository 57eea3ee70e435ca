"""The password of a platform login and its data key: sealed at rest, opened only for the uplink."""

from __future__ import annotations

from django.utils import timezone

from voltward.exchange.models import PlatformCover, PlatformRevision, PublicPlatform
from voltward.exchange.platform_covers import row_of
from voltward.records.notice_ports import ports


def password_put(revision: PlatformRevision, password: str) -> None:
    """Seal ``password`` into the revision; nothing is saved. "" leaves what is there."""
    if password:
        revision.sealed = ports().secrets.seal(_purpose(revision.platform), password)
        revision.password_set_at = timezone.now()


def password_of(revision: PlatformRevision) -> str:
    """In the clear; "" where none was set.

    Raises:
        BadSetting: sealed with another key, or for another platform.
    """
    if revision.sealed is None:
        return ""
    return ports().secrets.unseal(_purpose(revision.platform), bytes(revision.sealed))


def data_key_put(cover: PlatformCover, data_key: str) -> None:
    """Seal a data key, in hexadecimal, into the row; nothing is saved."""
    platform = cover.revision.platform
    cover.sealed = ports().secrets.seal(f"{_purpose(platform)}:data_key", data_key)


def data_key_of(revision: PlatformRevision) -> str:
    """In hexadecimal; "" where none was set. Raises as ``password_of``."""
    cover = row_of(revision)
    if cover is None or cover.sealed is None:
        return ""
    purpose = f"{_purpose(revision.platform)}:data_key"
    return ports().secrets.unseal(purpose, bytes(cover.sealed))


def _purpose(platform: PublicPlatform) -> str:
    return f"platform:{platform.pk}"
