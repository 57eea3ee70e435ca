"""Seals what notices must keep but nobody may read in the database: channel secrets, own addresses."""

from __future__ import annotations

import json

from voltward.records.models import Channel, NoticeSetting
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


def address_sealed(person_id: int, name: str, text: str) -> bytes | None:
    """``name``: email or phone; nothing gives nothing."""
    return ports().secrets.seal(f"{name}:{person_id}", text) if text else None


def own_address(setting: NoticeSetting, name: str) -> str:
    """
    Raises:
        BadSetting: sealed with another key or for another person.
    """
    sealed = {"email": setting.email_sealed, "phone": setting.phone_sealed}.get(name)
    if sealed is None:
        return ""
    return ports().secrets.unseal(f"{name}:{setting.person_id}", bytes(sealed))
