"""Reads of the dictionary of a maker's own fault codes."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.monitoring.models import FaultCode
from voltward.records.models import Person


def fault_codes(actor: Person) -> QuerySet[FaultCode]:
    return FaultCode.objects.filter(maker=actor.maker)


def fault_code_by_id(actor: Person, row_id: int) -> FaultCode:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    found = fault_codes(actor).filter(pk=row_id).first()
    if found is None:
        raise NotFound(f"fault code {row_id}")
    return found
