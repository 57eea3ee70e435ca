"""Every write to tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records import selectors
from voltward.records.actions import action, record
from voltward.records.models import ApiToken, Person
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors.sign_in import tokens_visible
from voltward.records.sign_in_rules import rules

TOKEN_PREFIX = "vw_"  # noqa: S105 - lets scanners recognise a leaked token
TOKEN_DAYS = 365


@action("token.create", needs="token.manage")
def token_create(
    actor: Person,
    *,
    person: Person,
    name: str,
    days: int = TOKEN_DAYS,
    scope: str = "read",
    pages: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """A new token of ``person`` and its text, which is shown once and kept nowhere.

    ``scope`` wall: read-only, opens ``pages`` alone, and ends with the shift.

    Raises:
        NotFound: a person of another maker.
        NotPermitted: a person's token that reads the API; they make their own.
        BadInput: an unknown scope, no days, or a wall token without pages.
    """
    if actor.maker_id is not None and person.maker_id != actor.maker_id:
        raise NotFound(f"person {person.login}")
    if not person.is_program and person.pk != actor.pk:
        raise NotPermitted("token.create: somebody else's account")
    token, text = _made(person, name, days, scope, pages)
    record(actor, "token.create", token, before={}, after=_told(token))
    return token, text


@action("token.own.create", needs=OWN_ACCOUNT)
def own_token_create(
    actor: Person, *, name: str, days: int, scope: str = "read", pages: Iterable[str] = ()
) -> tuple[ApiToken, str]:
    """A new token of the actor's own account; raises ``BadInput`` as ``token_create``."""
    token, text = _made(actor, name, days, scope, pages)
    record(actor, "token.own.create", token, before={}, after=_told(token))
    return token, text


@action("token.revoke", needs="token.manage")
def token_revoke(actor: Person, *, token_id: int) -> ApiToken:
    """End a token at once.

    Raises:
        NotFound: no such token that is still valid, or another maker's.
    """
    return _revoked(actor, token_id, "token.revoke")


@action("token.own.revoke", needs=OWN_ACCOUNT)
def own_token_revoke(actor: Person, *, token_id: int) -> ApiToken:
    """End one of the actor's own tokens; raises ``NotFound`` for any other."""
    return _revoked(actor, token_id, "token.own.revoke", person=actor)


def token_used(token: ApiToken) -> None:
    """Note that a token is in use, at most once a minute: reading must stay cheap."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    if token.last_used_at is None or token.last_used_at < now - timedelta(minutes=1):
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _made(
    person: Person, name: str, days: int, scope: str, pages: Iterable[str]
) -> tuple[ApiToken, str]:
    opened = sorted(set(pages))
    if scope not in dict(ApiToken.SCOPES):
        raise BadInput(f"scope: {scope}; known are {', '.join(dict(ApiToken.SCOPES))}")
    if (scope == "wall") != bool(opened):
        raise BadInput(f"pages: {', '.join(opened)}; a wall token names some, others none")
    if not 1 <= days <= TOKEN_DAYS:
        raise BadInput(f"days: {days}; expected 1 to {TOKEN_DAYS}")
    lasts = rules().absolute if scope == "wall" else timedelta(days=days)
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=person,
        name=name.strip()[:64],
        digest=selectors.token_digest(text),
        scope=scope,
        pages=opened,
        expires_at=timezone.now() + lasts,
    )
    return token, text


def _revoked(
    actor: Person, token_id: int, action_name: str, person: Person | None = None
) -> ApiToken:
    seen = tokens_visible(actor).filter(revoked_at=None).order_by()
    seen = seen.filter(person=person) if person is not None else seen
    token = (
        ApiToken.objects.select_for_update().filter(pk=token_id, pk__in=seen.values("pk")).first()
    )
    if token is None:
        raise NotFound(f"token {token_id}")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(actor, action_name, token, before={}, after={"name": token.name})
    return token


def _told(token: ApiToken) -> dict[str, str]:
    return {
        "name": token.name,
        "person": token.person.login,
        "scope": token.scope,
        "pages": ", ".join(token.pages),
        "expires_at": token.expires_at.isoformat(),
    }
