"""Writing public platforms: a new one, drafts of settings, what goes over the link. Approving stands apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.platform_links import (
    SETTINGS,
    name_checked,
    settings_checked,
    settings_of,
)
from voltward.exchange.selectors.platforms import (
    platform_by_name,
    platform_locked,
    revision_by_number,
    revision_in_force,
)
from voltward.exchange.services.platform_copying import contents_copied
from voltward.exchange.services.platform_secrets import password_put
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.uplink.links import MOST_LINKS, PASSWORD_BYTES

PROPOSE: Final = "exchange.propose"
CHANGED: Final = "changed"  # all that the trail says of a password


@action("uplink.add", needs=PROPOSE)
def uplink_add(
    actor: Person,
    *,
    name: str,
    title: str,
    kind: str,
    settings: Mapping[str, Any],
    password: str = "",
) -> PlatformRevision:
    """Write a new platform down, as a draft: nothing is sent before a second person agreed.

    Raises (this and its siblings below):
        NotPermitted: the actor lacks the grant.
        NotFound: no such platform or revision of the actor's maker.
        BadInput: a value that no link can have; the text begins with its name.
        WrongState: the name is taken, a draft is there already, or the step does not follow.
    """
    if actor.maker is None:
        raise BadInput("maker: none given")
    platform = platform_new(actor, actor.maker, name=name, title=title, kind=kind)
    row = revision_new(actor, platform, settings=settings, password=password, base=None)
    after = {"name": name, "kind": kind, **settings_of(row), **_secret(password)}
    record(actor, "uplink.add", row, before={}, after=after)
    return row


@action("uplink.draft", needs=PROPOSE)
def uplink_draft(actor: Person, *, name: str, copy_of: int | None = None) -> PlatformRevision:
    """Begin new settings of a platform: those in force, or a copy of revision ``copy_of``."""
    platform = platform_locked(actor, name)
    not_retired(platform)
    if platform.revisions.filter(state=states.DRAFT).exists():
        raise WrongState(f"platform {name} has a draft already")
    base = revision_in_force(platform)
    origin = base if copy_of is None else revision_by_number(actor, name, copy_of)
    if origin is None:
        raise WrongState(f"platform {name} has nothing in force; name the revision to copy")
    row = revision_copied(actor, origin, base)
    record(actor, "uplink.draft", row, before={}, after={"number": row.number, "of": origin.number})
    return row


@action("uplink.write", needs=PROPOSE)
def uplink_write(
    actor: Person, *, name: str, number: int, settings: Mapping[str, Any], password: str = ""
) -> PlatformRevision:
    """Set some of a draft's settings; an empty password leaves the one there is."""
    row = draft_locked(actor, name, number)
    before = settings_of(row)
    revision_filled(row, settings, password)
    row.save()
    after = {key: value for key, value in settings_of(row).items() if value != before[key]}
    was = {key: before[key] for key in after}
    record(actor, "uplink.write", row, before=was, after={**after, **_secret(password)})
    return row


@action("uplink.drop", needs=PROPOSE)
def uplink_drop(actor: Person, *, name: str, number: int) -> PlatformRevision:
    """Give a draft up."""
    row = draft_locked(actor, name, number, "drop")
    row.state = states.after(row.state, "drop")
    row.save(update_fields=["state"])
    record(actor, "uplink.drop", row, before={"state": states.DRAFT}, after={"state": row.state})
    return row


# ---- steps that several take


def platform_new(
    actor: Person, maker: Maker, *, name: str, title: str, kind: str
) -> PublicPlatform:
    """A platform with a number of its own, for use inside an action.

    Raises:
        BadInput: no name, title or kind, or as many links as a mask has bits.
        WrongState: the name is taken.
    """
    name_checked(name)
    title = title.strip()[:80]
    if not title or kind not in dict(PublicPlatform.KINDS):
        raise BadInput(f"title: {title!r}, kind: {kind[:12]!r}; both are expected")
    last = PublicPlatform.objects.aggregate(last=Max("number"))["last"]
    number = 0 if last is None else last + 1
    if number >= MOST_LINKS:
        raise BadInput(f"number: {number} platforms were made, expected at most {MOST_LINKS}")
    platform = PublicPlatform(
        maker=maker, name=name, number=number, title=title, kind=kind, created_by=actor
    )
    try:
        with transaction.atomic():
            platform.save()
    except IntegrityError as error:
        raise WrongState(f"platform {name}: the name is taken") from error
    return platform


def revision_new(
    actor: Person,
    platform: PublicPlatform,
    *,
    settings: Mapping[str, Any],
    password: str,
    base: PlatformRevision | None,
) -> PlatformRevision:
    """The next revision of a platform as a draft, for use inside an action.

    Raises:
        BadInput: see ``settings_checked``.
    """
    last = platform.revisions.aggregate(last=Max("number"))["last"] or 0
    row = PlatformRevision(
        maker_id=platform.maker_id, platform=platform, number=last + 1, base=base, drafted_by=actor
    )
    revision_filled(row, settings, password)
    row.save()
    return row


def revision_copied(
    actor: Person, origin: PlatformRevision, base: PlatformRevision | None
) -> PlatformRevision:
    """A new draft that says what ``origin`` says, its vehicles, items and password too."""
    values = {name: getattr(origin, name) for name in SETTINGS}
    row = revision_new(actor, origin.platform, settings=values, password="", base=base)
    row.sealed, row.password_set_at = origin.sealed, origin.password_set_at
    row.save(update_fields=["sealed", "password_set_at"])
    contents_copied(origin, row)
    return row


def draft_locked(actor: Person, name: str, number: int, step: str = "write") -> PlatformRevision:
    """A revision on which ``step`` follows, locked until the transaction ends."""
    platform = platform_by_name(actor, name)
    rows = PlatformRevision.objects.select_for_update(of=("self",))
    row = rows.select_related("platform", "base").filter(platform=platform, number=number).first()
    if row is None:
        raise NotFound(f"platform {name} revision {number}")
    states.after(row.state, step)
    return row


def revision_filled(row: PlatformRevision, settings: Mapping[str, Any], password: str) -> None:
    """Set what is given; nothing is saved.

    Raises:
        BadInput: an unknown setting, or a value that no link can have.
    """
    if strange := settings.keys() - set(SETTINGS):
        raise BadInput(f"{', '.join(sorted(strange))}: no setting of a platform")
    for key, value in settings.items():
        setattr(row, key, value.strip() if isinstance(value, str) else value)
    if len(password) > PASSWORD_BYTES:
        raise BadInput(f"password: {len(password)} characters, expected at most {PASSWORD_BYTES}")
    settings_checked(row.platform, row, password)
    password_put(row, password)


def _secret(password: str) -> dict[str, str]:
    return {"password": CHANGED} if password else {}


def not_retired(platform: PublicPlatform) -> None:
    """
    Raises:
        WrongState: it is.
    """
    if platform.state == states.RETIRED:
        raise WrongState(f"platform {platform.name} is retired")
