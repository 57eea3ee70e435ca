"""Every read of the rules that dispose of floods."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.monitoring.models import DispositionRule
from voltward.records.models import Person


def disposition_visible(actor: Person) -> QuerySet[DispositionRule]:
    """The rules of the actor's maker, whatever became of them, by title."""
    rows = DispositionRule.objects.filter(maker=actor.maker_id)
    return rows.select_related("proposed_by", "approved_by", "approval").order_by("title")


def disposition_by_id(actor: Person, disposition_id: int) -> DispositionRule:
    """
    Raises:
        NotFound: no such rule, or another maker's.
    """
    row = disposition_visible(actor).filter(pk=disposition_id).first()
    if row is None:
        raise NotFound(f"disposition {disposition_id}")
    return row
