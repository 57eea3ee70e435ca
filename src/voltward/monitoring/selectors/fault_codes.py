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


def fault_texts(actor: Person, kind: str, codes: list[int]) -> dict[int, FaultCode]:
    """What the codes of a frame's list mean, by number; those that are not known are left out."""
    words = {f"{code:08X}": code for code in codes}
    rows = fault_codes(actor).filter(kind=kind, code__in=list(words))
    return {words[one.code]: one for one in rows}
