"""Every read of protected records, of the windows they are seen through, and of their keys."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.records.models import DataKey, Person, PersonContact, ProtectedWindow
from voltward.records.protection.fields import ProtectedRecord, candidates


def protected_models() -> list[type[ProtectedRecord]]:
    """Every model with protected fields, of every room."""
    return [model for model in apps.get_models() if issubclass(model, ProtectedRecord)]


def window_open(actor: Person, record: str) -> ProtectedWindow | None:
    """The actor's own window on the record with that label, while it is open."""
    mine = ProtectedWindow.objects.filter(person=actor, record=record, until__gt=timezone.now())
    return mine.order_by("-until").first()


def data_keys_of(actor: Person, subject: str) -> QuerySet[DataKey]:
    """The keys, retired ones too, that were not erased yet."""
    return DataKey.objects.filter(maker=actor.maker_id, subject=subject, erased_at=None)


def contact_visible(actor: Person) -> QuerySet[PersonContact]:
    """Masked unless opened by ``services.protection.protected_shown``."""
    contacts = PersonContact.objects.select_related("person")
    return contacts.filter(person__maker=actor.maker_id).order_by("person__login")


def contact_of(actor: Person, person_id: int) -> PersonContact:
    """
    Raises:
        NotFound: no such person of the actor's maker, or nothing on file.
    """
    contact = contact_visible(actor).filter(person=person_id).first()
    if contact is None:
        raise NotFound(f"contact of person {person_id}")
    return contact


def contact_matching(actor: Person, text: str) -> QuerySet[PersonContact]:
    """Contacts whose telephone or mail address is exactly ``text``, however it is written."""
    phone = candidates(PersonContact, "phone", text)
    email = candidates(PersonContact, "email", text)
    return contact_visible(actor).filter(Q(phone_index__in=phone) | Q(email_index__in=email))
