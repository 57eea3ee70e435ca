"""Every write to the ways out: made, changed, closed, and tried with a test message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from voltward.base.errors import BadInput, WrongState
from voltward.records.actions import action, label, record
from voltward.records.models import Channel, Delivery, Notice, Person
from voltward.records.models.notice_ways import INBOX, OUTSIDE_KINDS
from voltward.records.notice_kinds import CHANNEL_TEST
from voltward.records.notice_ports import now, ports
from voltward.records.notice_words import kept
from voltward.records.selectors import notices as selectors
from voltward.records.selectors.recipients import has_address
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import Field
from voltward.records.services.sealing import channel_sealed, channel_secrets

LONGEST_SETTING = 300


@action("notice.channel_create", needs="notice.manage")
def channel_create(
    actor: Person,
    *,
    kind: str,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    position: int = 10,
) -> Channel:
    """Add a way out; the audit row names the secrets that were given, never what they are.

    Raises:
        BadInput: unknown kind, name taken, a setting or secret missing, or a host that is not allowed.
    """
    if kind not in dict(OUTSIDE_KINDS) or actor.maker_id is None:
        raise BadInput(f"kind: {kind}; known are {', '.join(dict(OUTSIDE_KINDS))}")
    name = _name(actor, name, None)
    channel = Channel(maker_id=actor.maker_id, kind=kind, name=name, position=position)
    channel.settings = _settings(kind, settings)
    given = _given(SENDERS[kind].secrets, secrets, {})
    channel.save()
    channel.sealed = channel_sealed(channel, given)
    channel.save(update_fields=["sealed"])
    record(actor, "notice.channel_create", channel, before={}, after=_told(channel, given))
    return channel


@action("notice.channel_change", needs="notice.manage")
def channel_change(
    actor: Person,
    *,
    channel_id: int,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    position: int,
) -> Channel:
    """Change a way out; a secret that is left empty stays as it is.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
        BadInput: as ``channel_create``.
    """
    channel = _open(actor, channel_id)
    before = _told(channel, {})
    old = channel_secrets(channel)
    channel.name = _name(actor, name, channel.pk)
    channel.settings = _settings(channel.kind, settings)
    channel.position = position
    given = {key: value for key, value in secrets.items() if value}
    if _goes_elsewhere(before["settings"], channel.settings) and set(old) - set(given):
        # or whoever may change the address could have the old secret sent to a place of their own
        raise BadInput("secrets: another address needs all secrets anew")
    channel.sealed = channel_sealed(channel, _given(SENDERS[channel.kind].secrets, given, old))
    channel.down_until = None
    channel.save()
    record(actor, "notice.channel_change", channel, before=before, after=_told(channel, given))
    return channel


@action("notice.channel_close", needs="notice.manage")
def channel_close(actor: Person, *, channel_id: int) -> Channel:
    """End a way out; what waits for it takes the next one. Its secrets are forgotten.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
    """
    channel = _open(actor, channel_id)
    channel.closed_at, channel.sealed = now(), None
    channel.save(update_fields=["closed_at", "sealed"])
    record(actor, "notice.channel_close", channel, before={}, after={"name": channel.name})
    return channel


@action("notice.channel_test", needs="notice.manage")
def channel_test(actor: Person, *, channel_id: int) -> Delivery:
    """Send a test message through this channel and no other, to its group or to the actor.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
        BadInput: the actor has no address for it.
    """
    channel = _open(actor, channel_id)
    needed = SENDERS[channel.kind].address
    if needed and not has_address(actor, needed):
        raise BadInput(f"{needed}: the actor has none to send a test to")
    at = now()
    notice = Notice.objects.create(
        maker=channel.maker, kind=CHANNEL_TEST.code, severity=3, asked_by=actor, created_at=at,
        subject=label(channel), path=f"/notices/channels/{channel.pk}/",
        values=kept({"channel": channel.name, "at": at}),
    )  # fmt: skip
    Delivery.objects.create(notice=notice, person=actor, kind=INBOX, due_at=at, read_at=at)
    delivery = Delivery.objects.create(
        notice=notice, person=actor, rank=1, kind=channel.kind, channel=channel, due_at=at
    )
    record(actor, "notice.channel_test", channel, before={}, after={"notice": notice.pk})
    return delivery


def _open(actor: Person, channel_id: int) -> Channel:
    found = selectors.channel_by_id(actor, channel_id)
    channel = Channel.objects.select_for_update().get(pk=found.pk)
    if channel.closed_at is not None:
        raise WrongState(f"channel {channel_id} is closed")
    return channel


def _name(actor: Person, name: str, own: int | None) -> str:
    name = name.strip()[:80]
    same = Channel.objects.filter(maker=actor.maker_id, name=name).exclude(pk=own or 0)
    if not name or same.exists():
        raise BadInput(f"name: {name or 'empty'}; a name of its own is needed")
    return name


def _settings(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    settings = _given(SENDERS[kind].settings, given, {})
    settings["language"] = given.get("language") or "zh-hans"
    for name in ("origin", "url", "host"):
        if settings.get(name):
            settings[name] = _allowed(name, settings[name])
    if not settings.get("port", "465").isdecimal():
        raise BadInput("port: a number")
    return settings


def _allowed(name: str, text: str) -> str:
    """
    Raises:
        BadInput: not an address of a host on the list; secrets in it; or plain http to the outside.
    """
    listed = ports()
    if name == "host":
        host, is_plain = text.lower(), False
    else:
        parts = urlsplit(text)
        host, is_plain = parts.hostname or "", parts.scheme == "http"
        if parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
            raise BadInput(f"{name}: https:// and a host, without name, password and query")
        text = text.rstrip("/")
    if host not in listed.private_hosts and (is_plain or host not in listed.hosts):
        raise BadInput(f"{name}: host not on the list of outgoing hosts (notice_hosts)")
    return text


def _given(
    fields: tuple[Field, ...], given: Mapping[str, str], old: Mapping[str, str]
) -> dict[str, str]:
    """
    Raises:
        BadInput: missing, too long, with a line end, or not one of the choices.
    """
    values = {}
    for field in fields:
        text = (given.get(field.name) or old.get(field.name) or field.default).strip()
        if field.is_required and not text:
            raise BadInput(f"{field.name}: needed")
        if len(text) > LONGEST_SETTING or not text.isprintable():
            raise BadInput(f"{field.name}: one line of up to {LONGEST_SETTING} characters")
        if field.choices and text not in dict(field.choices):
            raise BadInput(f"{field.name}: not one of {', '.join(dict(field.choices))}")
        if text:
            values[field.name] = text
    return values


def _goes_elsewhere(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return any(before.get(name) != after.get(name) for name in ("origin", "url", "host", "port"))


def _told(channel: Channel, secrets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": channel.kind, "name": channel.name, "position": channel.position,
        "settings": dict(channel.settings), "secrets": sorted(secrets),
    }  # fmt: skip
