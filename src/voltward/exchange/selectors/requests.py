"""Every read of what was asked to be sent although it had expired."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet

from voltward.base.errors import BadInput
from voltward.exchange.models import PublicPlatform, UplinkRequest
from voltward.exchange.models.requests import WAITING
from voltward.exchange.selectors.proofs import frames_of_vehicle, link_by_name
from voltward.fleet.models import Vehicle
from voltward.records.models import Person
from voltward.uplink.proof_frames import ProvedFrame

MOST_DAYS: Final = 31
MOST_FRAMES: Final = 200_000  # 24 bytes each lie in one row
_AT_ONCE: Final = 20_000


def request_visible(actor: Person) -> QuerySet[UplinkRequest]:
    """Requests of the actor's maker."""
    rows = UplinkRequest.objects.filter(maker=actor.maker_id).defer("places")
    return rows.select_related("platform", "vehicle", "asked_by")


def requests_of(actor: Person, platform: PublicPlatform) -> QuerySet[UplinkRequest]:
    """A platform's, newest first."""
    return request_visible(actor).filter(platform=platform).order_by("-pk")


def requests_waiting() -> list[UplinkRequest]:
    """Of all makers, those that are not done, oldest first."""
    rows = UplinkRequest.objects.filter(state=WAITING).select_related("platform")
    return list(rows.order_by("pk"))


def expired_of(
    actor: Person, link_name: str, vehicle: Vehicle, first: date, last: date
) -> list[ProvedFrame]:
    """A vehicle's frames of some days whose last word on the link is that they had expired.

    Raises:
        NotFound: no such link.
        BadInput: days in the wrong order, too many of them or of their frames.
        StoreAway: the store does not answer.
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise BadInput(f"days: {first} to {last}, expected at most {MOST_DAYS} in their order")
    link = link_by_name(actor, link_name)
    found: list[ProvedFrame] = []
    for number in range((last - first).days + 1):
        day, at = first + timedelta(days=number), 0
        while True:
            frames, total = frames_of_vehicle(
                actor, vehicle, link, day, outcome="expired", limit=_AT_ONCE, offset=at
            )
            found += frames
            at += len(frames)
            if len(found) > MOST_FRAMES:
                raise BadInput(f"days: more than {MOST_FRAMES} frames; ask for fewer days")
            if at >= total or not frames:
                break
    return found
