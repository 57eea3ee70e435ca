"""Every write to the phone tree; each makes a new version."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Max

from voltward.base.errors import BadInput
from voltward.monitoring.models import PhoneEntry, PhoneTreeVersion
from voltward.monitoring.models.phones import TOPICS
from voltward.monitoring.selectors import phones as selectors
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.records.protection.normal import dialled

MANAGE: Final = "duty.manage"
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")


@action("duty.phone_add", needs=MANAGE)
def phone_add(
    actor: Person,
    *,
    topic: str,
    name: str,
    number: str,
    is_personal: bool,
    position: int = 10,
    hours: str = "",
) -> PhoneEntry:
    """Add a line. A person's own number is sealed; the audit row names no number of a person.

    Raises:
        BadInput: no such topic, no name, or no telephone number (fields ``topic``, ``name``, ``number``).
    """
    maker = actor.maker
    digits = dialled(number)
    if topic not in dict(TOPICS):
        raise BadInput(f"topic: {topic}")
    if not name.strip() or maker is None:
        raise BadInput("name: empty")
    if not _NUMBER.fullmatch(digits):
        raise BadInput("number: 3 to 15 digits are expected")
    version = _version(actor, maker, f"+ {dict(TOPICS)[topic]} · {name.strip()}")
    entry = PhoneEntry(
        maker=maker, topic=topic, name=name.strip()[:80], position=position,
        hours=hours.strip()[:120], since=version.number, number="" if is_personal else digits,
    )  # fmt: skip
    if is_personal:
        entry.personal_number = digits
    entry.save()
    after = {
        "topic": topic, "name": entry.name, "number": entry.number, "personal": is_personal,
        "version": version.number,
    }  # fmt: skip
    record(actor, "duty.phone_add", entry, before={}, after=after)
    return entry


@action("duty.phone_remove", needs=MANAGE)
def phone_remove(actor: Person, *, entry_id: int) -> PhoneTreeVersion:
    """Take a line out; a person's own number goes with it, the line stays in older versions.

    Raises:
        NotFound: no such line in the present version, or another maker's.
    """
    entry = selectors.phone_by_id(actor, entry_id)
    version = _version(actor, entry.maker, f"- {entry.get_topic_display()} · {entry.name}")
    entry.until = version.number
    entry.personal_number = None
    entry.save()
    before = {"topic": entry.topic, "name": entry.name, "number": entry.number}
    record(actor, "duty.phone_remove", entry, before=before, after={"version": version.number})
    return version


def _version(actor: Person, maker: Maker, change: str) -> PhoneTreeVersion:
    """The next one; two changes at once wait for each other."""
    Maker.objects.select_for_update().get(pk=maker.pk)
    rows = PhoneTreeVersion.objects.filter(maker=maker)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    return PhoneTreeVersion.objects.create(
        maker=maker, number=last + 1, change=change[:200], made_by=actor
    )
