"""Giving every subject a new key while people work, and destroying keys that seal nothing any more."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Field
from django.db.models.functions import Now
from django.utils import timezone

from voltward.records.actions import action, record
from voltward.records.models import DataKey, KeyRotation, Person
from voltward.records.protection import keys
from voltward.records.protection.ciphers import Unreadable
from voltward.records.protection.fields import (
    ProtectedRecord,
    key_ids,
    opened,
    protected_fields,
    sealed_under,
)
from voltward.records.protection.provider import provider
from voltward.records.selectors.protection import protected_models

BATCH = 500
# longer than any transaction lives: a writer may still be sealing with a key it read before
GRACE = timedelta(hours=1)
Subject = tuple[int | None, str]


def keys_rotate(
    actor: Person,
    *,
    index: bool = False,
    batch: int = BATCH,
    told: Callable[[int], None] = lambda _rows: None,
) -> KeyRotation:
    """Seal every protected value anew under new keys; goes on with a round that was interrupted.

    Pages go on meanwhile: rows are locked ``batch`` at a time, and old keys open until nothing
    needs them. ``index``: with a new key for blind indexes too. ``told``: rows done so far.

    Raises:
        NotPermitted: the actor lacks ``key.rotate``.
    """
    rotation = _rotation_begin(actor, index=index)
    for model in protected_models():
        while _batch_sealed(rotation, model, batch):
            told(rotation.rows)
    while _wrapped_anew(rotation, batch):
        pass
    return _rotation_end(actor, rotation=rotation)


@action("key.rotate", needs="key.rotate")
def _rotation_begin(actor: Person, *, index: bool) -> KeyRotation:
    rotation = KeyRotation.objects.select_for_update().filter(finished_at=None).first()
    if rotation is None:
        source = provider()
        rotation = KeyRotation.objects.create(master=source.renew_master())
        if index:
            source.renew_index()
    rotation.refresh_from_db()
    after = {"master": rotation.master, "index": index, "rows": rotation.rows}
    record(actor, "key.rotate", rotation, before={}, after=after)
    return rotation


@action("key.rotated", needs="key.rotate")
def _rotation_end(actor: Person, *, rotation: KeyRotation) -> KeyRotation:
    rotation.finished_at = timezone.now()
    rotation.save(update_fields=["finished_at"])
    record(actor, "key.rotated", rotation, before={}, after={"rows": rotation.rows})
    return rotation


def _batch_sealed(rotation: KeyRotation, model: type[ProtectedRecord], batch: int) -> bool:
    """Seal the next rows of a model anew; False: there are none left.

    A value that does not open is left as it is: it was counted, and showing it tells.
    """
    table = model._meta.db_table
    with transaction.atomic():
        after = rotation.reached.get(table, 0)
        found = model.protected_all().select_for_update(of=("self",)).filter(pk__gt=after)
        rows: list[ProtectedRecord] = list(found.order_by("pk")[:batch])
        if not rows:
            return False
        keys.warm(key_ids(rows))
        held = _renewed(rotation, {_subject(row) for row in rows if key_ids([row])})
        fields = protected_fields(model)
        for row in rows:
            for field in fields:
                value = getattr(row, field.name)
                if not value:
                    continue
                try:
                    sealed_under(row, field, opened(value), held[_subject(row)])
                except Unreadable:
                    continue
        _rows_written(model, rows)
        rotation.reached[table] = rows[-1].pk
        rotation.rows += len(rows)
        rotation.save(update_fields=["reached", "rows"])
    return True


def _rows_written(model: type[ProtectedRecord], rows: list[ProtectedRecord]) -> None:
    """One statement with an array for each column: many times faster than ``bulk_update``."""
    protected = protected_fields(model)
    indexes = [model._meta.get_field(field.index) for field in protected if field.index]
    columns = [
        field for field in (model._meta.pk, *protected, *indexes) if isinstance(field, Field)
    ]
    quoted = [connection.ops.quote_name(field.column or "") for field in columns]
    arrays = ", ".join(f"%s::{field.cast_db_type(connection)}[]" for field in columns)
    table, key = connection.ops.quote_name(model._meta.db_table), quoted[0]
    changes = ", ".join(f"{name} = fresh.{name}" for name in quoted[1:])
    values = [[row.__dict__[field.attname] for row in rows] for field in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS fresh({', '.join(quoted)})"
            f" WHERE {table}.{key} = fresh.{key}",
            values,
        )


def _subject(row: ProtectedRecord) -> Subject:
    return row.protected_maker_id(), row.protected_subject()


def _renewed(rotation: KeyRotation, subjects: Iterable[Subject]) -> dict[Subject, keys.Key]:
    """A key made since the round began for each subject; older ones are retired."""
    wanted = set(subjects)
    in_use = DataKey.objects.filter(
        subject__in={subject for _maker, subject in wanted}, retired_at=None, erased_at=None
    ).select_for_update()
    held: dict[Subject, keys.Key] = {}
    old = []
    for row in in_use:
        if (row.maker_id, row.subject) not in wanted:
            continue
        if row.created_at >= rotation.started_at and row.wrapped_by == rotation.master:
            held[row.maker_id, row.subject] = keys.of(row.pk)
        else:
            old.append(row.pk)
    DataKey.objects.filter(pk__in=old).update(retired_at=Now())
    made = [(one, *keys.fresh(*one)) for one in sorted(wanted - set(held), key=str)]
    DataKey.objects.bulk_create([row for _one, row, _key in made])
    return held | {one: key for one, _row, key in made}


def _wrapped_anew(rotation: KeyRotation, batch: int) -> bool:
    """Wrap keys that seal no row with the new master key too; False: none are left."""
    with transaction.atomic():
        rest = DataKey.objects.filter(retired_at=None, erased_at=None)
        rows = list(
            rest.exclude(wrapped_by=rotation.master).select_for_update(skip_locked=True)[:batch]
        )
        for row in rows:
            place = keys.bound(row.pk, row.maker_id, row.subject)
            octets = provider().unwrap(row.wrapped_by, bytes(row.wrapped), place)
            row.wrapped_by, row.wrapped = provider().wrap(octets, place)
        DataKey.objects.bulk_update(rows, ["wrapped_by", "wrapped"])
    return bool(rows)


def retired_keys_destroy(actor: Person, *, limit: int = 10_000) -> int:
    """Destroy retired keys that seal no value any more; returns how many."""
    before = timezone.now() - GRACE
    retired = DataKey.objects.filter(retired_at__lt=before).order_by("retired_at")
    ids = list(retired.values_list("pk", flat=True)[:limit])
    unused = set(ids) - _still_sealing([key_id.bytes for key_id in ids]) if ids else set()
    return _keys_destroy(actor, ids=sorted(unused)) if unused else 0


@action("key.destroy", needs="key.rotate")
def _keys_destroy(actor: Person, *, ids: list[uuid.UUID]) -> int:
    first = DataKey.objects.filter(pk=ids[0]).first()
    gone, _each = DataKey.objects.filter(pk__in=ids).delete()
    record(actor, "key.destroy", first or actor, before={}, after={"keys": gone})
    return gone


def _still_sealing(ids: list[bytes]) -> set[uuid.UUID]:
    used: set[uuid.UUID] = set()
    for model in protected_models():
        for field in protected_fields(model):
            name = connection.ops.quote_name(field.column or "")
            table = connection.ops.quote_name(model._meta.db_table)
            key = f"substring({name} FROM 2 FOR 16)"
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT DISTINCT {key} FROM {table} WHERE {key} = ANY(%s)", [ids])
                used |= {uuid.UUID(bytes=bytes(row[0])) for row in cursor.fetchall()}
    return used
