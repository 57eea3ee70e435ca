"""Every read of the audit trail."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.records.models import AuditRow, Person


def audit_visible(actor: Person) -> QuerySet[AuditRow]:
    """The actor's maker's trail, newest first."""
    return AuditRow.objects.select_related("actor").filter(maker=actor.maker).order_by("-at", "-pk")
