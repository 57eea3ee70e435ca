"""Which records may have attachments; rooms name theirs, and how an actor finds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voltward.base.errors import NotFound


@dataclass(frozen=True)
class Owner:
    """Records of one kind: ``Vehicle`` of ``Vehicle:17``.

    ``find(actor, key)`` is a selector: it raises NotFound for another maker's. ``needs``: what
    seeing the record itself needs. ``hangs_on``: labels of what it belongs to; a hold on one of them
    holds its attachments too.
    """

    kind: str
    needs: str
    find: Callable[[Any, int], Any]
    hangs_on: Callable[[int], tuple[str, ...]] = lambda _key: ()


OWNERS: dict[str, Owner] = {}


def register(owner: Owner) -> Owner:
    OWNERS[owner.kind] = owner
    return owner


def owner_checked(actor: Any, record: str) -> None:
    """
    Raises:
        NotFound: no such record, of another maker, of an unknown kind, or not the actor's to see.
    """
    kind, _colon, key = record.partition(":")
    owner = OWNERS.get(kind)
    # other ways to write the same key would be other labels of the same record
    well_formed = key.isascii() and key.isdigit() and str(int(key)) == key and len(key) < 19
    if owner is None or owner.needs not in actor.grants or not well_formed:
        raise NotFound(f"record {record}")
    owner.find(actor, int(key))


def hangs_on(record: str) -> tuple[str, ...]:
    """What else a hold may name to hold the attachments of a record."""
    kind, _colon, key = record.partition(":")
    owner = OWNERS.get(kind)
    return owner.hangs_on(int(key)) if owner is not None and key.isdecimal() else ()
