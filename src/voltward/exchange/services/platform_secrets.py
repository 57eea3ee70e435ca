"""The password of a platform login: sealed at rest, opened only to be told to the uplink."""

from __future__ import annotations

from django.utils import timezone

from voltward.exchange.models import PlatformRevision, PublicPlatform
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


def _purpose(platform: PublicPlatform) -> str:
    return f"platform:{platform.pk}"
