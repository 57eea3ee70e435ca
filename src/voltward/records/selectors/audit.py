"""Every read of the audit trail."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.records.models import AuditRow, Person


def audit_visible(actor: Person) -> QuerySet[AuditRow]:
    """The actor's maker's trail with its seals, newest first."""
    rows = AuditRow.objects.select_related("actor", "seal").filter(maker=actor.maker)
    return rows.order_by("-at", "-pk")


def audit_row(actor: Person, row_id: int) -> AuditRow:
    """
    Raises:
        NotFound: the actor's maker's trail has no such row.
    """
    row = audit_visible(actor).filter(pk=row_id).first()
    if row is None:
        raise NotFound(f"audit row {row_id}")
    return row
