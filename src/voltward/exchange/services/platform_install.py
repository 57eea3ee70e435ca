"""Platforms set up by whoever administers the machine: in force at once, kept as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voltward.base.errors import WrongState
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.platform_links import settings_of
from voltward.exchange.selectors.platforms import platform_locked, revision_in_force
from voltward.exchange.services.platform_approving import revision_put_in_force, whole_checked
from voltward.exchange.services.platform_covers import cover_filled
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
    cover: Mapping[str, Any] | None = None,
    data_key: str = "",
    is_new_key: bool = False,
) -> PublicPlatform:
    """A new platform whose settings are in force at once.

    ``cover``, ``data_key``, ``is_new_key``: as ``uplink_cover`` takes them, None and "": plain.

    Raises:
        BadInput: a value that no link can have, no password, or no vehicles.
        WrongState: the name is taken.
    """
    platform = platform_new(actor, maker, name=name, title=title, kind=kind)
    row = revision_new(actor, platform, settings=settings, password=password, base=None)
    _cover(row, cover, data_key, is_new_key)
    _in_force(actor, row)
    after = {"name": name, "number": row.number, **settings_of(row), "password": CHANGED}
    record(actor, "uplink.install", platform, before={}, after=after, maker_id=maker.pk)
    return platform


@action("uplink.reinstall", needs="exchange.install")
def uplink_reinstall(
    actor: Person,
    *,
    name: str,
    settings: Mapping[str, Any],
    password: str = "",
    cover: Mapping[str, Any] | None = None,
    data_key: str = "",
    is_new_key: bool = False,
) -> PublicPlatform:
    """Other settings of a platform, in force at once; what is not named stays, the secrets too.

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
    _cover(row, cover, data_key, is_new_key)
    _in_force(actor, row)
    was, now = settings_of(base), settings_of(row)
    changed = {key: value for key, value in now.items() if value != was.get(key)}
    secret = {"password": password, "data_key": data_key or is_new_key}
    after = {
        **changed, **{name: CHANGED for name, given in secret.items() if given},
        "number": row.number,
    }  # fmt: skip
    record(
        actor, "uplink.reinstall", platform, before={key: was.get(key) for key in changed}, after=after,
        maker_id=platform.maker_id,
    )  # fmt: skip
    return platform


def _cover(
    row: PlatformRevision, cover: Mapping[str, Any] | None, data_key: str, is_new_key: bool
) -> None:
    if cover or data_key or is_new_key:
        cover_filled(row, cover or {}, data_key, is_new_key=is_new_key)


def _in_force(actor: Person, row: PlatformRevision) -> None:
    whole_checked(row)
    row.by_command, row.proposed_by = True, actor
    revision_put_in_force(row, actor)
