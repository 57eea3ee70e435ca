"""Every read of the export rule and of large exports."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.records import days
from voltward.records.models import ExportRequest, ExportRule, Person

MOST_TRIES = 3


def export_rule(actor: Person) -> ExportRule:
    """The rule in force today: the maker's own, else that of the installation."""
    rules = ExportRule.objects.filter(
        Q(maker=actor.maker_id) | Q(maker=None), valid_from__lte=days.today()
    )
    own_first = F("maker").asc(nulls_last=True)
    return rules.order_by(own_first, "-valid_from", "-pk")[:1].get()


def export_visible(actor: Person) -> QuerySet[ExportRequest]:
    """What the actor asked for, newest first; nobody sees another's."""
    rows = ExportRequest.objects.filter(asked_by=actor)
    return rows.select_related("approval__decided_by").order_by("-pk")


def export_file(actor: Person, export_id: int) -> ExportRequest:
    """A finished export of the actor's whose file is still kept.

    Raises:
        NotFound: none such, somebody else's, not finished, or past its days.
    """
    found = export_visible(actor).filter(pk=export_id, expires_at__gt=timezone.now()).first()
    if found is None:
        raise NotFound(f"export {export_id}")
    return found


def export_to_make() -> QuerySet[ExportRequest]:
    """Accepted and neither made nor given up, oldest first."""
    rows = ExportRequest.objects.filter(accepted_at__isnull=False, made_at=None, failure="")
    return rows.select_related("asked_by__maker").order_by("accepted_at", "pk")


def export_to_delete() -> QuerySet[ExportRequest]:
    """Files past their days."""
    return ExportRequest.objects.filter(expires_at__lte=timezone.now()).exclude(file_name="")
