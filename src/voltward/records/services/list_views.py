"""Every write to kept columns, saved filters and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Max
from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, Refused
from voltward.pages.lists.asking import Asked, available
from voltward.records.actions import action, record
from voltward.records.events import SavedFilterNews, tell
from voltward.records.models import FilterSubscription, ListChoice, Person, SavedFilter
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors import installation
from voltward.records.selectors import list_views as selectors

NEWS_CAP = 1000  # more at once are told as "at least"


@action("list.columns", needs=OWN_ACCOUNT)
def list_columns_choose(actor: Person, *, of: str, columns: Sequence[str]) -> ListChoice:
    """Keep which columns a list shows; none: its usual ones.

    Raises:
        NotFound: no such list that the actor may read.
        BadInput: a column the list has not.
    """
    known = [column.key for column in available(selectors.list_visible(actor, of), actor)]
    if unknown := [key for key in columns if key not in known]:
        raise BadInput(f"columns: found {', '.join(unknown)}, known are {', '.join(known)}")
    choice, _ = ListChoice.objects.get_or_create(person=actor, of=of)
    before = {"columns": choice.columns}
    choice.columns = list(dict.fromkeys(columns))
    choice.save(update_fields=["columns"])
    record(actor, "list.columns", choice, before=before, after={"columns": choice.columns})
    return choice


@action("filter.save", needs=OWN_ACCOUNT)
def filter_save(
    actor: Person,
    *,
    of: str,
    name: str,
    query: str,
    sort: str = "",
    columns: Iterable[str] = (),
    is_shared: bool = False,
) -> SavedFilter:
    """Keep a query under a name; one's own of the same name is replaced.

    Raises:
        NotFound: no such list that the actor may read.
        BadInput: no name, one too long, or a query the list does not understand.
    """
    name = name.strip()
    if not 0 < len(name) <= 40 or actor.maker is None:
        raise BadInput(f"name: {len(name)} characters, expected 1 to 40")
    asked = selectors.asked_again(actor, of, query=query, sort=sort, columns=columns)
    _short_enough(asked.query())
    saved = SavedFilter.objects.filter(owner=actor, of=of, name=name).first()
    before = _content(saved) if saved else {}
    saved = saved or SavedFilter(maker=actor.maker, owner=actor, of=of, name=name)
    saved.query, saved.sort = asked.query(), asked.sort
    saved.columns = list(asked.keys) if columns else []
    saved.is_shared, saved.saved_at = is_shared, timezone.now()
    saved.save()
    _refollow(saved, was_shared=bool(before.get("is_shared")))
    record(actor, "filter.save", saved, before=before, after=_content(saved))
    return saved


@action("filter.delete", needs=OWN_ACCOUNT)
def filter_delete(actor: Person, *, of: str, filter_id: int) -> None:
    """Forget a filter of one's own; subscriptions to it end.

    Raises:
        NotFound: none such that the actor sees.
        NotPermitted: somebody else shared it.
    """
    saved = selectors.filter_by_id(actor, of, filter_id)
    if saved.owner_id != actor.pk:
        raise NotPermitted(f"saved filter {filter_id}: somebody else's")
    record(actor, "filter.delete", saved, before=_content(saved), after={})
    saved.delete()


@action("filter.open", needs=OWN_ACCOUNT)
def filter_opens_list(actor: Person, *, of: str, filter_id: int | None) -> None:
    """Open the list with this filter from now on; None: with all rows again.

    Raises:
        NotFound: no such list or filter that the actor sees.
    """
    selectors.list_visible(actor, of)
    saved = selectors.filter_by_id(actor, of, filter_id) if filter_id is not None else None
    choice, _ = ListChoice.objects.get_or_create(person=actor, of=of)
    before = {"opens_with": choice.opens_with_id}
    choice.opens_with = saved
    choice.save(update_fields=["opens_with"])
    record(actor, "filter.open", choice, before=before, after={"opens_with": filter_id})


@action("filter.subscribe", needs="list.subscribe")
def filter_subscribe(actor: Person, *, of: str, filter_id: int) -> FilterSubscription:
    """Hear of rows that are new from now on; repeating it changes nothing.

    Raises:
        NotFound: no such filter that the actor sees.
        BadInput: the list does not understand the filter any more, or its news would feed on themselves.
    """
    saved = selectors.filter_by_id(actor, of, filter_id)
    asked = _asked(actor, saved)
    if not asked.declaration.can_follow:
        raise BadInput(f"list {of}: each piece of news would be a new row of it")
    newest = _newest(asked)
    made, _ = FilterSubscription.objects.get_or_create(
        saved_filter=saved, person=actor, defaults={"settled_pk": newest, "last_pk": newest}
    )
    record(actor, "filter.subscribe", made, before={}, after={"filter": saved.pk})
    return made


@action("filter.unsubscribe", needs="list.subscribe")
def filter_unsubscribe(actor: Person, *, of: str, filter_id: int) -> None:
    """Hear no more of a filter.

    Raises:
        NotFound: no such filter that the actor sees.
    """
    saved = selectors.filter_by_id(actor, of, filter_id)
    FilterSubscription.objects.filter(saved_filter=saved, person=actor).delete()
    record(actor, "filter.unsubscribe", saved, before={}, after={})


def news_look() -> int:
    """Look once through all subscriptions; how many had news. The work of a job."""
    actor = installation()
    return sum(_looked(actor, one) for one in selectors.subscription_all())


def _looked(actor: Person, subscription: FilterSubscription) -> bool:
    person, saved = subscription.person, subscription.saved_filter
    try:
        selectors.filter_by_id(person, saved.of, saved.pk)
        asked = _asked(person, saved)
        if not asked.declaration.can_follow:
            return False
        rows = asked.rows.filter(pk__gt=subscription.settled_pk).order_by("pk")
        found = list(rows.values_list("pk", flat=True)[: NEWS_CAP + 1])
    except Refused:
        return False  # the list, the grant, the filter or the store is away; it may come back
    fresh = sorted(set(found) - set(subscription.told_pks))
    if not fresh:
        _settle(subscription, found, len(found) > NEWS_CAP, asked)
        return False
    _filter_news(actor, subscription=subscription, found=found, fresh=fresh, asked=asked)
    return True


@action("filter.news", needs="list.follow")
def _filter_news(
    actor: Person,
    *,
    subscription: FilterSubscription,
    found: list[int],
    fresh: list[int],
    asked: Asked,
) -> None:
    """Tell of new rows and remember that they were told, both or neither."""
    saved = subscription.saved_filter
    at_least = len(found) > NEWS_CAP
    number = min(len(fresh), NEWS_CAP)
    url = selectors.filter_url(saved, asked.declaration)
    tell(
        actor,
        SavedFilterNews(
            saved.pk, subscription.person_id, saved.of, saved.name, number, at_least, url
        ),
    )
    _settle(subscription, found, at_least, asked)
    after = {"filter": saved.pk, "person": subscription.person_id, "rows": number}
    record(actor, "filter.news", subscription, before={}, after=after)


def _settle(
    subscription: FilterSubscription, found: list[int], at_least: bool, asked: Asked
) -> None:
    """What the look before this one saw is settled now: nothing older can still come in."""
    before = (subscription.settled_pk, subscription.last_pk, subscription.told_pks)
    if at_least:
        subscription.settled_pk = subscription.last_pk = _newest(asked)
        subscription.told_pks = []
    else:
        subscription.settled_pk = max(subscription.settled_pk, subscription.last_pk)
        subscription.last_pk = max([subscription.last_pk, *found])
        subscription.told_pks = [pk for pk in found if pk > subscription.settled_pk]
    if before != (subscription.settled_pk, subscription.last_pk, subscription.told_pks):
        subscription.save(update_fields=["settled_pk", "last_pk", "told_pks"])


def _newest(asked: Asked) -> int:
    return int(asked.rows.order_by().aggregate(newest=Max("pk"))["newest"] or 0)


def _asked(person: Person, saved: SavedFilter) -> Asked:
    return selectors.asked_again(person, saved.of, query=saved.query)


def _refollow(saved: SavedFilter, *, was_shared: bool) -> None:
    """A filter that is private again is nobody else's to follow or to open lists with."""
    if was_shared and not saved.is_shared:
        saved.subscriptions.exclude(person=saved.owner).delete()
        others = ListChoice.objects.filter(opens_with=saved).exclude(person=saved.owner)
        others.update(opens_with=None)


def _short_enough(query: str) -> None:
    if len(query) > 2000:
        raise BadInput(f"query: {len(query)} characters, expected at most 2000")


def _content(saved: SavedFilter) -> dict[str, object]:
    return {
        "name": saved.name, "query": saved.query, "sort": saved.sort,
        "columns": saved.columns, "is_shared": saved.is_shared,
    }  # fmt: skip
