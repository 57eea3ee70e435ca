"""Platforms set up by whoever administers the machine: in force at once, kept as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voltward.base.errors import WrongState
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.platform_links import settings_of
from voltward.exchange.selectors.platforms import platform_locked, revision_in_force
from voltward.exchange.services.platform_approving import revision_put_in_force, whole_checked
from voltward.exchange.services.platforms import (
    CHANGED,
    platform_new,
    revision_copied,
    revision_filled,
    revision_new,
)
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person


@action("uplink.install", needs="exchange.install")
def uplink_install(
    actor: Person,
    *,
    maker: Maker,
    name: str,
    title: str,
    kind: str,
    settings: Mapping[str, Any],
    password: str,
) -> PublicPlatform:
    """A new platform whose settings are in force at once.

    Raises:
        BadInput: a value that no link can have, no password, or no vehicles.
        WrongState: the name is taken.
    """
    platform = platform_new(actor, maker, name=name, title=title, kind=kind)
    row = revision_new(actor, platform, settings=settings, password=password, base=None)
    _in_force(actor, row)
    after = {"name": name, "number": row.number, **settings_of(row), "password": CHANGED}
    record(actor, "uplink.install", platform, before={}, after=after, maker_id=maker.pk)
    return platform


@action("uplink.reinstall", needs="exchange.install")
def uplink_reinstall(
    actor: Person, *, name: str, settings: Mapping[str, Any], password: str = ""
) -> PublicPlatform:
    """Other settings of a platform, in force at once; what is not named stays, the password too.

    Raises:
        NotFound: no such platform.
        BadInput: as ``uplink_install``.
        WrongState: it is retired, or has nothing in force yet.
    """
    platform = platform_locked(actor, name)
    base = revision_in_force(platform)
    if base is None:
        raise WrongState(f"platform {name} has nothing in force")
    row = revision_copied(actor, base, base)
    revision_filled(row, settings, password)
    row.save()
    _in_force(actor, row)
    was, now = settings_of(base), settings_of(row)
    changed = {key: value for key, value in now.items() if value != was[key]}
    after = {**changed, **({"password": CHANGED} if password else {}), "number": row.number}
    record(
        actor, "uplink.reinstall", platform, before={key: was[key] for key in changed}, after=after,
        maker_id=platform.maker_id,
    )  # fmt: skip
    return platform


def _in_force(actor: Person, row: PlatformRevision) -> None:
    whole_checked(row)
    row.by_command, row.proposed_by = True, actor
    revision_put_in_force(row, actor)
