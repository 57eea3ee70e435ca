"""Every read of the phone tree."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from voltward.base.errors import NotFound
from voltward.monitoring.models import PhoneEntry, PhoneTreeVersion
from voltward.monitoring.models.phones import PLATFORM, TOPICS
from voltward.records.models import Person
from voltward.records.protection.fields import warmed

_ORDER = Case(
    *(When(topic=code, then=Value(place)) for place, (code, _title) in enumerate(TOPICS)),
    default=Value(len(TOPICS)),
    output_field=IntegerField(),
)


def phone_tree(actor: Person, topic: str = "", version: int | None = None) -> list[PhoneEntry]:
    """Whom to call for ``topic`` ("": for everything), in order; ``version`` None: the present one.

    Personal numbers are masked; ``services.protection.protected_shown`` opens one for a reason.
    """
    rows = PhoneEntry.objects.filter(maker=actor.maker_id)
    if version is None:
        rows = rows.filter(until=None)
    else:
        rows = rows.filter(Q(until=None) | Q(until__gt=version), since__lte=version)
    if topic:
        rows = rows.filter(topic=topic)
    return list(warmed(list(rows.order_by(_ORDER, "position", "pk"))))


def phone_by_id(actor: Person, entry_id: int) -> PhoneEntry:
    """One line of the present version.

    Raises:
        NotFound: no such line, taken out already, or another maker's.
    """
    found = PhoneEntry.objects.filter(maker=actor.maker_id, pk=entry_id, until=None).first()
    if found is None:
        raise NotFound(f"phone entry {entry_id}")
    return found


def phones_of_platform() -> list[PhoneEntry]:
    """Whom the platform itself calls when a stage of it stands: of every maker, in order."""
    rows = PhoneEntry.objects.filter(topic=PLATFORM, until=None)
    return list(rows.order_by("maker", "position", "pk"))


def phone_versions(actor: Person) -> QuerySet[PhoneTreeVersion]:
    """Newest first."""
    rows = PhoneTreeVersion.objects.filter(maker=actor.maker_id)
    return rows.select_related("made_by").order_by("-number")
