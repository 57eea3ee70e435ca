"""Models whose rows decide who may do what: every write through them renews the row's mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction

from voltward.records.protection.marks import Forged, is_genuine, mark_of

M = TypeVar("M", bound="Marked")


class MarkedQuerySet(models.QuerySet[M]):
    """Marks what it inserts and changes; what was forged before it does not touch."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            for row in made:
                row.mark_renew()
        return made

    def update(self, **changes: Any) -> int:
        if frozenset(changes).isdisjoint(self.model.MARKED):
            return super().update(**changes)
        with transaction.atomic(using=self.db):
            rows = list(self.order_by().select_for_update(of=("self",)))
            for row in rows:
                row.mark_check()
            done = super().update(**changes)
            for row in rows:
                row.mark_renew()
        return done


class MarkedManager(models.Manager[M]):
    def get_queryset(self) -> MarkedQuerySet[M]:
        return MarkedQuerySet(self.model, using=self._db)


class Marked(models.Model):
    """``MARKED``: names of the fields that the mark speaks for; ``objects`` is a ``MarkedManager``.

    Saving a forged row is refused: its mark would make it genuine. Deleting one is not.
    """

    MARKED: ClassVar[tuple[str, ...]] = ()

    # the database has a default too: older code, which knows no marks, still inserts
    mark = models.CharField(max_length=80, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None and frozenset(fields).isdisjoint(self.MARKED):
            super().save(*args, **kwargs)
            return
        with transaction.atomic(using=kwargs.get("using")):
            if not self._state.adding:
                self._kept(lock=True).mark_check()
            super().save(*args, **kwargs)
            self.mark_renew()

    @property
    def is_genuine(self) -> bool:
        return is_genuine(self._meta.db_table, self.marked_values(), self.mark)

    def marked_values(self) -> dict[str, Any]:
        return {name: raw(self, name) for name in self.MARKED}

    def mark_check(self) -> None:
        """
        Raises:
            Forged: the row is not as the platform wrote it.
        """
        if not self.is_genuine:
            raise Forged(f"{type(self).__name__}:{self.pk}: its mark does not fit it")

    def mark_renew(self) -> None:
        """Mark the row as it stands in the table: only for what was just written, or found right."""
        kept = self._kept()
        self.mark = mark_of(self._meta.db_table, kept.marked_values())
        type(self)._base_manager.filter(pk=self.pk).update(mark=self.mark)

    def _kept(self, *, lock: bool = False) -> Self:
        rows = type(self)._base_manager.all()
        found: Self = (rows.select_for_update() if lock else rows).get(pk=self.pk)
        return found


def raw(row: models.Model, name: str) -> Any:
    """The column's own value: of a relation the other row's key."""
    field = row._meta.get_field(name)
    return getattr(row, field.attname) if isinstance(field, models.Field) else None
