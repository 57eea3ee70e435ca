"""Seals what notices must keep but nobody may read in the database: the secrets of channels."""

from __future__ import annotations

import json

from voltward.records.models import Channel
from voltward.records.notice_ports import ports


def channel_sealed(channel: Channel, secrets: dict[str, str]) -> bytes:
    return ports().secrets.seal(f"channel:{channel.pk}", json.dumps(secrets))


def channel_secrets(channel: Channel) -> dict[str, str]:
    """
    Raises:
        BadSetting: sealed with another key or for another channel.
    """
    if channel.sealed is None:
        return {}
    opened: dict[str, str] = json.loads(
        ports().secrets.unseal(f"channel:{channel.pk}", bytes(channel.sealed))
    )
    return opened
