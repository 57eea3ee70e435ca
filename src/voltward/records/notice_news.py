"""What records/ itself tells people: clocks that run out."""

from __future__ import annotations

from collections.abc import Iterable

from voltward.records.clock_events import ClockWarning
from voltward.records.models import Maker, Person
from voltward.records.notice_events import Wish, on_event
from voltward.records.roles import ROLES
from voltward.records.selectors.recipients import ToRole


def _of_clock(actor: Person, event: ClockWarning) -> Iterable[Wish]:
    """Whoever has the clock in hand, and the roles its rule names."""
    del actor
    owner = Person.objects.filter(pk=event.owner_id).first() if event.owner_id else None
    yield Wish(
        "clock_late" if event.is_late else "clock_warning",
        [*([owner] if owner else []), *(ToRole(code) for code in event.roles if code in ROLES)],
        {
            "clock": event.title,
            "subject": event.subject_text or event.subject,
            "due_at": event.due_at.isoformat(),
        },
        path=f"/clocks/{event.clock_id}/",
        dedup_key=f"clock:{event.clock_id}:{event.point}",
        maker=Maker.objects.get(pk=event.maker_id),
    )


def tell_of_clocks() -> None:
    """Called once, when the room is loaded."""
    on_event(ClockWarning, _of_clock)
