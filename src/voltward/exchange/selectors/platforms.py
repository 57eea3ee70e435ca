"""Every read of public platforms, the revisions of their settings, and what was seen of their links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.exchange import platform_states as states
from voltward.exchange.models import (
    PlatformRevision,
    PlatformSample,
    PlatformWarning,
    PublicPlatform,
)
from voltward.records.models import Person


def platform_visible(actor: Person) -> QuerySet[PublicPlatform]:
    """Those of the actor's maker; the installation itself sees all."""
    rows = PublicPlatform.objects.select_related("paused_by", "created_by")
    return rows if actor.maker_id is None else rows.filter(maker=actor.maker_id)


def platform_by_name(actor: Person, name: str) -> PublicPlatform:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = platform_visible(actor).filter(name=name).first()
    if found is None:
        raise NotFound(f"platform {name[:40]}")
    return found


def platform_locked(actor: Person, name: str) -> PublicPlatform:
    """As ``platform_by_name``, locked until the transaction ends."""
    found = platform_by_name(actor, name)
    return PublicPlatform.objects.select_for_update().get(pk=found.pk)


def platform_titles(actor: Person) -> dict[str, str]:
    """Of those the actor may see, by name."""
    return dict(platform_visible(actor).values_list("name", "title"))


def revisions_of(platform: PublicPlatform) -> QuerySet[PlatformRevision]:
    """Newest first."""
    rows = platform.revisions.select_related(
        "platform", "base", "drafted_by", "proposed_by", "approved_by", "approval"
    )
    return rows.order_by("-number")


def revision_by_number(actor: Person, name: str, number: int) -> PlatformRevision:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = revisions_of(platform_by_name(actor, name)).filter(number=number).first()
    if found is None:
        raise NotFound(f"platform {name[:40]} revision {number}")
    return found


def revision_in_force(platform: PublicPlatform) -> PlatformRevision | None:
    """The newest approved one; None: nothing was ever approved."""
    return revisions_of(platform).filter(state=states.APPROVED).first()


def revisions_in_force(platforms: Sequence[PublicPlatform]) -> dict[int, PlatformRevision]:
    """By platform, in one question."""
    rows = PlatformRevision.objects.filter(platform__in=platforms, state=states.APPROVED)
    newest = rows.order_by("platform_id", "-number").distinct("platform_id")
    return {one.platform_id: one for one in newest}


@dataclass(frozen=True)
class Standing:
    """A revision and how it stands: its state, else refused, in force or superseded."""

    revision: PlatformRevision
    stage: str


def standings(revisions: Sequence[PlatformRevision]) -> list[Standing]:
    """``revisions``: all of one platform, newest first."""
    newest = next((one.pk for one in revisions if one.state == states.APPROVED), None)
    return [Standing(one, _stage(one, newest)) for one in revisions]


def _stage(one: PlatformRevision, newest: int | None) -> str:
    if one.state == states.APPROVED:
        return states.IN_FORCE if one.pk == newest else states.SUPERSEDED
    asked = one.approval
    if (
        one.state == states.PROPOSED
        and asked is not None
        and asked.state in ("refused", "withdrawn")
    ):
        return states.REFUSED
    return one.state


def left_out_on(revision: PlatformRevision, day: date) -> dict[str, list[int]]:
    """Information types that are not sent on a day, by usage class ("": all)."""
    rows = revision.left_out.filter(effective_from__lte=day)
    found: dict[str, set[int]] = {}
    for usage, code, until in rows.values_list("usage_class", "information_type", "effective_to"):
        if until is None or until > day:
            found.setdefault(usage, set()).add(code)
    return {usage: sorted(codes) for usage, codes in sorted(found.items())}


def samples_since(platform: PublicPlatform, since: datetime) -> list[PlatformSample]:
    """What was seen of the link, oldest first."""
    return list(platform.samples.filter(at__gte=since).order_by("at"))


def warnings_of(platform: PublicPlatform) -> QuerySet[PlatformWarning]:
    """What people were told of, newest first."""
    return platform.warnings.filter(told_at__isnull=False).order_by("-pk")
