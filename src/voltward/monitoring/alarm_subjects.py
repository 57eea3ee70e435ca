"""How audit rows, links and tasks show an alarm, and that files may be attached to one."""

from __future__ import annotations

from django.urls import reverse

from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarms import alarm_by_id, alarm_visible
from voltward.pages.room import Hit
from voltward.records.attachments import owners
from voltward.records.models import Person


def alarm_shown(actor: Person, key: str) -> Hit | None:
    """The alarm that audit rows and links name ``Alarm:<key>``."""
    found = alarm_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    if found is None:
        return None
    url = reverse("alarm", args=[found.pk])
    return Hit(f"{rule_title(found.rule)} · {found.vehicle.vin}", found.get_level_display(), url)


owners.register(owners.Owner("Alarm", "alarm.read", alarm_by_id))
