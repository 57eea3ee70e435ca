"""Data keys: one for each subject, wrapped by the provider's master key."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from voltward.records.models.protection import DataKey
from voltward.records.protection.ciphers import (
    ALGORITHMS,
    Algorithm,
    Unreadable,
    context,
    new_key,
)
from voltward.records.protection.provider import provider

# an erased key is gone from every process this long after it was erased
CACHED_S = 10.0
CACHED_KEYS = 10_000


class Erased(Unreadable):
    """The subject was erased: its key is destroyed, in accordance with what it asked for."""

    code = "protected_erased"


@dataclass(frozen=True)
class Key:
    id: uuid.UUID
    algorithm: Algorithm
    octets: bytes


_cache: dict[uuid.UUID, tuple[float, Key]] = {}


def bound(key_id: uuid.UUID, maker_id: int | None, subject: str) -> bytes:
    """What a wrapped key is bound to: it opens in no other row."""
    return context(("data-key", key_id.bytes, str(maker_id), subject))


def fresh(maker_id: int | None, subject: str) -> tuple[DataKey, Key]:
    """A new key and its row, not saved."""
    source = provider()
    key = Key(uuid.uuid4(), source.algorithm, new_key(source.algorithm))
    master, wrapped = source.wrap(key.octets, bound(key.id, maker_id, subject))
    row = DataKey(
        id=key.id, maker_id=maker_id, subject=subject, algorithm=key.algorithm.number,
        wrapped_by=master, wrapped=wrapped,
    )  # fmt: skip
    return row, key


def in_use(maker_id: int | None, subject: str) -> Key:
    """The key that seals what is written for ``subject`` now; made when there is none."""
    rows = DataKey.objects.filter(maker=maker_id, subject=subject, retired_at=None, erased_at=None)
    row = rows.first()
    if row is None:
        # of two writers at once one inserts, and both read what it inserted
        DataKey.objects.bulk_create([fresh(maker_id, subject)[0]], ignore_conflicts=True)
        row = rows.get()
    return _opened(row)


def of(key_id: uuid.UUID) -> Key:
    """
    Raises:
        Erased: its subject was erased.
        Unreadable: no such key.
    """
    cached = _cache.get(key_id)
    if cached is not None and time.monotonic() - cached[0] < CACHED_S:
        return cached[1]
    row = DataKey.objects.filter(pk=key_id).first()
    if row is None:
        raise Unreadable(f"data key {key_id}: no such key")
    return _opened(row)


def warm(key_ids: Iterable[uuid.UUID]) -> None:
    """Read many keys in one query, ahead of showing a list; those that do not open are left out."""
    now = time.monotonic()
    wanted = {one for one in key_ids if now - _cache.get(one, (-CACHED_S,))[0] >= CACHED_S / 2}
    for row in DataKey.objects.filter(pk__in=wanted, erased_at=None):
        try:
            _opened(row)
        except Unreadable:
            continue  # showing the value tells


def forget(key_ids: Iterable[uuid.UUID] | None = None) -> None:
    """Drop keys from this process; None: all."""
    if key_ids is None:
        _cache.clear()
        return
    for key_id in key_ids:
        _cache.pop(key_id, None)


def _opened(row: DataKey) -> Key:
    if row.erased_at is not None:
        raise Erased(f"{row.subject} was erased at {row.erased_at.isoformat()}")
    place = bound(row.pk, row.maker_id, row.subject)
    octets = provider().unwrap(row.wrapped_by, bytes(row.wrapped), place)
    key = Key(row.pk, ALGORITHMS[row.algorithm], octets)
    if len(_cache) >= CACHED_KEYS:
        _cache.clear()
    _cache[row.pk] = (time.monotonic(), key)
    return key
