"""Reads of the dictionary of a maker's own fault codes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.monitoring.models import FaultCode
from voltward.records.models import Person

READ = "telemetry.read"


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


def fault_meanings(
    maker_id: int | None, codes: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], FaultCode]:
    """What a maker means by codes (list, code); the caller has shown that its reader is the maker's."""
    wanted = set(codes)
    if not wanted:
        return {}
    rows = FaultCode.objects.filter(maker=maker_id, code__in={code for _kind, code in wanted})
    return {(row.kind, row.code): row for row in rows if (row.kind, row.code) in wanted}


def fault_meanings_for(
    actor: Person, codes: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], FaultCode]:
    """What the actor's own maker means by codes; nothing for those who may not read telemetry."""
    return fault_meanings(actor.maker_id, codes) if READ in actor.grants else {}
