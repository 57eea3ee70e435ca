"""Every read of kept columns, saved filters and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from voltward.base.errors import NotFound
from voltward.pages.lists.asking import Asked, asked_of
from voltward.pages.lists.declaration import List
from voltward.pages.room import REGISTRY
from voltward.records.models import FilterSubscription, ListChoice, Person, SavedFilter


def list_visible(actor: Person, of: str) -> List:
    """A declared list that the actor may read.

    Raises:
        NotFound: no such list, or not for the actor; the two look the same.
    """
    found = REGISTRY.lists().get(of)
    if found is None or found.needs not in actor.grants:
        raise NotFound(f"list {of}")
    return found


def columns_kept(actor: Person, of: str) -> list[str]:
    """Keys of the columns the actor chose; empty: none."""
    kept = ListChoice.objects.filter(person=actor, of=of).values_list("columns", flat=True).first()
    return list(kept or ())


def opens_with(actor: Person, of: str) -> int | None:
    """The saved filter the actor's list opens with."""
    choice = ListChoice.objects.filter(person=actor, of=of)
    return choice.values_list("opens_with", flat=True).first()


def filter_visible(actor: Person, of: str) -> QuerySet[SavedFilter]:
    """The actor's own filters of a list and those shared within the maker, by name."""
    mine_or_shared = Q(owner=actor) | Q(is_shared=True)
    return SavedFilter.objects.filter(mine_or_shared, maker=actor.maker, of=of).order_by(
        "name", "pk"
    )


def filter_by_id(actor: Person, of: str, filter_id: int) -> SavedFilter:
    """
    Raises:
        NotFound: none such, somebody else's private one, or another maker's.
    """
    list_visible(actor, of)
    found = filter_visible(actor, of).filter(pk=filter_id).first()
    if found is None:
        raise NotFound(f"saved filter {filter_id}")
    return found


def subscribed_filters(actor: Person, of: str) -> set[int]:
    """Numbers of the saved filters of a list that the actor subscribed to."""
    rows = FilterSubscription.objects.filter(person=actor, saved_filter__of=of)
    return set(rows.values_list("saved_filter", flat=True))


def filter_query(saved: SavedFilter) -> str:
    """The address query that shows a saved filter."""
    query = QueryDict(saved.query, mutable=True)
    if saved.sort:
        query["sort"] = saved.sort
    if saved.columns:
        query["columns"] = ",".join(saved.columns)
    query["saved"] = str(saved.pk)
    return query.urlencode(safe=",")


def filter_url(saved: SavedFilter, declaration: List) -> str:
    return f"{reverse(declaration.url_name)}?{filter_query(saved)}" if declaration.url_name else ""


def asked_again(
    actor: Person, of: str, *, query: str, sort: str = "", columns: Iterable[str] = ()
) -> Asked:
    """What a kept query asks of a list now, for this very person.

    Raises:
        NotFound: no such list, or not for the actor.
        BadInput: a filter, value, sort or column that is not known (any more).
    """
    declaration = list_visible(actor, of)
    data = QueryDict(query, mutable=True)
    data["sort"], data["columns"] = sort, ",".join(columns)
    return asked_of(declaration, actor, data, ("sort", "columns")).checked()


def subscription_all() -> QuerySet[FilterSubscription]:
    """Every subscription of people who can still log in, for the job that looks for news."""
    rows = FilterSubscription.objects.filter(person__is_active=True)
    return rows.select_related("saved_filter", "person__maker").order_by("pk")
