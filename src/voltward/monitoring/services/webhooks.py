"""Every write to webhooks: made, changed, given a new key, closed; and what they are told of."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring.models import Alarm, AlarmStep, Webhook, WebhookDelivery
from voltward.monitoring.models.webhooks import KINDS
from voltward.monitoring.selectors.desk_rules import desk_span
from voltward.monitoring.selectors.webhooks import webhook_by_id
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.notice_ports import now, ports

MANAGE: Final = "webhook.manage"
_OF_STEPS: Final = {
    "opened": "alarm.opened", "worse": "alarm.worse", "cleared": "alarm.cleared",
    "closed": "alarm.closed",
}  # fmt: skip


@action("webhook.create", needs=MANAGE)
def webhook_create(
    actor: Person, *, name: str, url: str, kinds: Iterable[str]
) -> tuple[Webhook, str]:
    """Add an address; gives it with the key that signs what it is sent, shown this once.

    Raises:
        BadInput: a name that is taken, an unknown kind, or an address that is not https to a host on
            the list of outgoing hosts.
    """
    if actor.maker is None:
        raise BadInput("maker: none")
    hook = Webhook(maker=actor.maker, created_by=actor)
    _filled(hook, name, url, kinds)
    hook.save()
    key = _keyed(hook)
    record(actor, "webhook.create", hook, before={}, after=_told(hook))
    return hook, key


@action("webhook.change", needs=MANAGE)
def webhook_change(
    actor: Person, *, webhook_id: int, name: str, url: str, kinds: Iterable[str]
) -> tuple[Webhook, str]:
    """Change an address; another one gets a new key, given once, so that the old one goes nowhere new.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
        BadInput: as ``webhook_create``.
    """
    hook = _open(actor, webhook_id)
    before, old_url = _told(hook), hook.url
    _filled(hook, name, url, kinds)
    hook.down_until = None
    hook.save()
    key = _keyed(hook) if hook.url != old_url else ""
    after = {**_told(hook), "new_key": bool(key)}
    record(actor, "webhook.change", hook, before=before, after=after)
    return hook, key


@action("webhook.key", needs=MANAGE)
def webhook_key_renew(actor: Person, *, webhook_id: int) -> tuple[Webhook, str]:
    """Sign with a new key from now on, given once.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
    """
    hook = _open(actor, webhook_id)
    key = _keyed(hook)
    record(actor, "webhook.key", hook, before={}, after={"name": hook.name})
    return hook, key


@action("webhook.close", needs=MANAGE)
def webhook_close(actor: Person, *, webhook_id: int) -> Webhook:
    """Tell this address nothing more; its key is forgotten, what waits for it is not sent.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
    """
    hook = _open(actor, webhook_id)
    hook.closed_at, hook.sealed = now(), None
    hook.save(update_fields=["closed_at", "sealed"])
    waiting = WebhookDelivery.objects.filter(webhook=hook, state__in=WebhookDelivery.ACTIVE)
    ended = waiting.update(state="unneeded", due_at=None)
    record(actor, "webhook.close", hook, before={}, after={"name": hook.name, "ended": ended})
    return hook


def webhook_tell(maker_id: int, kind: str, event: str, body: Mapping[str, Any]) -> int:
    """Queue an event for every open address that wants its kind; gives for how many.

    For use inside the transaction of what happened. ``event``: names it; told twice, it is sent once.

    Raises:
        BadInput: an unknown kind.
    """
    if kind not in dict(KINDS):
        raise BadInput(f"kind: {kind}, known are {', '.join(dict(KINDS))}")
    hooks = list(Webhook.objects.filter(maker=maker_id, closed_at=None, kinds__contains=[kind]))
    if not hooks:
        return 0
    at = now()
    until = at + desk_span(maker_id, "webhook_retry")
    rows = [
        WebhookDelivery(
            maker_id=maker_id, webhook=hook, kind=kind, event=event[:80], body=dict(body),
            due_at=at, until_at=until,
        )
        for hook in hooks
    ]  # fmt: skip
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def alarm_told(alarm: Alarm, step: AlarmStep) -> None:
    """Queue what a step of an alarm means to those outside, if it means anything to them."""
    kind = _OF_STEPS.get(step.kind)
    if kind is not None:
        body = {**alarm_body(alarm), "at": step.at.isoformat()}
        webhook_tell(alarm.maker_id, kind, f"step:{step.pk}", body)


def alarm_body(alarm: Alarm) -> dict[str, Any]:
    """An alarm as the API gives it."""
    cleared = alarm.cleared_at
    return {
        "id": alarm.pk, "vin": alarm.vehicle.vin, "rule": alarm.rule, "level": alarm.level,
        "reported_level": alarm.reported_level, "state": alarm.state, "source": alarm.source,
        "opened_at": alarm.opened_at.isoformat(),
        "cleared_at": cleared.isoformat() if cleared else None, "is_late": alarm.is_late,
        "values": alarm.last or alarm.first, "limit": alarm.limit, "verdict": alarm.verdict,
    }  # fmt: skip


def _open(actor: Person, webhook_id: int) -> Webhook:
    found = webhook_by_id(actor, webhook_id)
    hook = Webhook.objects.select_for_update().get(pk=found.pk)
    if hook.closed_at is not None:
        raise WrongState(f"webhook {webhook_id} is closed")
    return hook


def _filled(hook: Webhook, name: str, url: str, kinds: Iterable[str]) -> None:
    name, wanted = name.strip()[:80], list(dict.fromkeys(kinds))
    same = Webhook.objects.filter(maker=hook.maker_id, name=name).exclude(pk=hook.pk or 0)
    if not name or same.exists():
        raise BadInput(f"name: {name or 'empty'}; a name of its own is needed")
    if not wanted or set(wanted) - set(dict(KINDS)):
        raise BadInput(f"kinds: expected some of {', '.join(dict(KINDS))}")
    hook.name, hook.url, hook.kinds = name, _allowed(url.strip()), wanted


def _allowed(url: str) -> str:
    """
    Raises:
        BadInput: not https, with a password in it, too long, or a host that is not on the list.
    """
    parts, listed = urlsplit(url), ports()
    if parts.scheme != "https" or parts.username or parts.fragment or not parts.hostname:
        raise BadInput("url: https:// and a host, without name, password and fragment")
    if len(url) > 300 or not url.isprintable() or " " in url:
        raise BadInput("url: one line of up to 300 characters")
    if parts.hostname.lower() not in listed.hosts | listed.private_hosts:
        raise BadInput("url: host not on the list of outgoing hosts (notice_hosts)")
    return url


def _keyed(hook: Webhook) -> str:
    key = secrets.token_urlsafe(32)
    hook.sealed = ports().secrets.seal(f"webhook:{hook.pk}", key)
    hook.save(update_fields=["sealed"])
    return key


def _told(hook: Webhook) -> dict[str, Any]:
    # an address may carry a key in its query: the trail keeps where it leads, not all of it
    return {"name": hook.name, "host": urlsplit(hook.url).hostname, "kinds": list(hook.kinds)}
