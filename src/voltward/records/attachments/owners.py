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
    seeing the record itself needs.
    """

    kind: str
    needs: str
    find: Callable[[Any, int], Any]


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
