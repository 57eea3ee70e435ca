"""Every write round protected fields: showing one in the clear, erasing a subject, own contact."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records.actions import action, label, record, write_row
from voltward.records.models import DataKey, Person, PersonContact, ProtectedWindow
from voltward.records.protection import keys
from voltward.records.protection.erasing import ERASERS
from voltward.records.protection.fields import ProtectedRecord, opened, protected_fields
from voltward.records.protection.normal import dialled
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors import protection as selectors
from voltward.records.selectors.holds import hold_checked
from voltward.records.services.audit import reading_recorded

WINDOW = timedelta(minutes=15)
READ = "owner.read"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9]{5,15}")


def protected_shown(actor: Person, *, record: ProtectedRecord, field: str, reason: str = "") -> str:
    """The plain text of one field, with the read's audit row written before it leaves.

    The first read opens a window of 15 minutes on this record for this person and needs
    ``reason``; reads inside it need none, and each leaves its own row.

    Raises:
        NotPermitted: the actor lacks ``owner.read``.
        NotFound: another maker's record, or no such protected field.
        BadInput: no window is open and no reason was given.
        Unreadable: the value does not open; ``Erased``: its subject was erased.
    """
    where = f"{label(record)}.{field}"
    if READ not in actor.grants:
        write_row(actor, READ, subject=where, result="refused")
        raise NotPermitted(f"{READ}: {where}")
    names = {one.name for one in protected_fields(type(record))}
    if record.protected_maker_id() != actor.maker_id or field not in names:
        raise NotFound(where)
    with transaction.atomic():
        window = selectors.window_open(actor, label(record))
        if window is None:
            window = _window_open(actor, subject=label(record), reason=reason)
        reading_recorded(actor, what=READ, subject=where, reason=window.reason)
    return opened(getattr(record, field))


def protected_used(actor: Person, *, record: ProtectedRecord, field: str, purpose: str) -> str:
    """The plain text for a message that the platform itself sends; ``purpose``: which one.

    The audit row is in the trail of the record's maker, so its own people see what was used.

    Raises:
        NotPermitted: the actor lacks ``notice.send``, which only the platform holds.
        Unreadable: the value does not open; ``Erased``: its subject was erased.
    """
    where = f"{label(record)}.{field}"
    if "notice.send" not in actor.grants:
        write_row(actor, "protected.use", subject=where, result="refused")
        raise NotPermitted(f"protected.use: {where}")
    reading_recorded(
        actor, what="protected.use", subject=where, reason=purpose,
        maker_id=record.protected_maker_id(),
    )  # fmt: skip
    return opened(getattr(record, field))


@action("protected.window", needs=READ)
def _window_open(actor: Person, *, subject: str, reason: str) -> ProtectedWindow:
    if not reason.strip():
        raise BadInput("reason: none given; say what the plain text is needed for")
    window = ProtectedWindow.objects.create(
        person=actor, record=subject, reason=reason.strip()[:200], until=timezone.now() + WINDOW
    )
    after = {"record": subject, "reason": window.reason, "until": window.until.isoformat()}
    record(actor, "protected.window", window, before={}, after=after)
    return window


@action("subject.erase", needs="owner.erase")
def subject_erase(actor: Person, *, subject: str, reason: str) -> dict[str, int]:
    """Destroy the keys of ``subject`` (``Person:17``), and with them all that they sealed.

    Blind indexes are emptied, other rooms' erasers run, and the audit row lists what was touched:
    place to number of rows. Other processes forget the key within ``keys.CACHED_S``.

    Raises:
        NotFound: nothing of that subject is kept, or it is another maker's.
        Held: a legal hold stands on it.
    """
    hold_checked(actor.maker_id, [subject])
    rows = list(selectors.data_keys_of(actor, subject).select_for_update())
    if not rows:
        raise NotFound(f"subject {subject}")
    ids = [row.pk for row in rows]
    now = timezone.now()
    DataKey.objects.filter(pk__in=ids).update(wrapped=b"", erased_at=now)
    touched = {"data keys": len(ids)}
    for model in selectors.protected_models():
        blank = {one.index: "" for one in protected_fields(model) if one.index}
        # the key in the row may be a newer one than the subject's first; the hook knows the rows
        own = [
            one.pk
            for one in model.protected_rows(subject)
            if one.protected_maker_id() == actor.maker_id
        ]
        if own and blank:
            model._default_manager.filter(pk__in=own).update(**blank)
        if own:
            touched[model._meta.db_table] = len(own)
    counts = {name: erase(actor, subject) for name, erase in ERASERS.items()}
    touched |= {name: count for name, count in counts.items() if count}
    keys.forget(ids)
    transaction.on_commit(lambda: keys.forget(ids))
    after = {"subject": subject, "reason": reason.strip()[:200], "touched": touched}
    record(actor, "subject.erase", rows[0], before={}, after=after)
    return touched


@action("contact.own", needs=OWN_ACCOUNT)
def own_contact_change(
    actor: Person, *, phone: str | None = None, email: str | None = None
) -> PersonContact:
    """Say how one is reached; None: as before, empty: no longer. The audit row names no values.

    Raises:
        BadInput: no telephone number or mail address (fields ``phone``, ``email``).
    """
    phone = dialled(phone) if phone is not None else None
    email = email.strip() if email is not None else None
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput("phone: 5 to 15 digits are expected")
    if email and not _EMAIL.fullmatch(email):
        raise BadInput("email: name@domain is expected")
    contact, _made = (
        PersonContact.objects.select_for_update(of=("self",))
        .select_related("person")
        .get_or_create(person=actor)
    )
    if phone is not None:
        contact.phone = phone
    if email is not None:
        contact.email = email
    contact.save()
    after = {"phone": bool(contact.phone), "email": bool(contact.email)}
    record(actor, "contact.own", contact, before={}, after=after)
    return contact
