"""Writes to many vehicles at once, for use inside the action of an import, which records them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from psycopg import sql

from voltward.fleet.models import PartRecord, RegistryGeneration, Vehicle
from voltward.records.actions import label
from voltward.records.copying import among, copy_in
from voltward.records.mentions import labels_named


def vehicles_add(vehicles: Sequence[Vehicle]) -> None:
    """New ones; their primary keys are set on return."""
    copy_in(vehicles)


def vehicles_change(changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Primary key and new values of fields."""
    _rows_change(Vehicle, changes)


def _rows_change(
    model: type[models.Model], changes: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    """One statement for each set of fields that change."""
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for pk, values in changes:
        if values:
            groups.setdefault(tuple(sorted(values)), []).append((pk, values))
    for names, group in groups.items():
        _change(model, names, group)


def _change(
    model: type[models.Model],
    names: tuple[str, ...],
    group: Sequence[tuple[int, Mapping[str, Any]]],
) -> None:
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in ("id", *names)]
    columns = [sql.Identifier(str(field.column)) for field in fields]
    # without its length: a cast to varchar(16) would cut silently what the column refuses
    kinds = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL(
        "UPDATE {table} SET {sets} FROM unnest({arrays}) AS given({names}) WHERE {join}"
    ).format(
        table=table,
        sets=sql.SQL(", ").join(sql.SQL("{0} = given.{0}").format(one) for one in columns[1:]),
        arrays=sql.SQL(", ").join(sql.SQL("%s::" + kind + "[]") for kind in kinds),
        names=sql.SQL(", ").join(columns),
        join=sql.SQL("{0}.id = given.id").format(table),
    )
    values = [[pk for pk, _values in group]]
    values += [[given[name] for _pk, given in group] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def vehicles_remove(pks: Sequence[int]) -> list[int]:
    """Take vehicles out; gives those that stay because some other record refers to them."""
    if not pks:
        return []
    labels = {label(Vehicle(pk=pk)): pk for pk in pks}
    named = sorted(labels[text] for text in labels_named(labels))
    return named + _remove([pk for pk in pks if pk not in set(named)])


def _remove(pks: Sequence[int]) -> list[int]:
    """Halves what the database refuses until the ones that are referred to stand alone."""
    if not pks:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # references are otherwise looked at only when the transaction ends
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DELETE FROM fleet_vehicle WHERE id = ANY(%s)", [list(pks)])
    except IntegrityError:
        if len(pks) == 1:
            return list(pks)
        middle = len(pks) // 2
        return _remove(pks[:middle]) + _remove(pks[middle:])
    return []


def parts_add(parts: Sequence[PartRecord]) -> None:
    """New ones; their primary keys are set on return."""
    copy_in(parts)
    _to_reckon({part.vehicle_id for part in parts})


def parts_change(parts: Mapping[int, PartRecord], changes: Mapping[int, Mapping[str, Any]]) -> None:
    """New values of fields by primary key; ``parts`` are the rows as they are."""
    _rows_change(PartRecord, list(changes.items()))
    _to_reckon({parts[pk].vehicle_id for pk in changes})


def parts_remove(parts: Sequence[PartRecord]) -> None:
    gone = among("fleet_partrecord.id", "bigint", [part.pk for part in parts])
    PartRecord.objects.filter(gone).delete()
    _to_reckon({part.vehicle_id for part in parts})


def _to_reckon(vehicles: Collection[int]) -> None:
    """Serials of motors and engines are part of what a vehicle is registered with."""
    if vehicles:
        rows = Vehicle.objects.filter(among("fleet_vehicle.id", "bigint", sorted(vehicles)))
        rows.update(registration_missing=None)


def registry_changed() -> None:
    """Count one change of the set of vehicles, which the gateway follows."""
    RegistryGeneration.objects.filter(pk=1).update(generation=F("generation") + 1)
