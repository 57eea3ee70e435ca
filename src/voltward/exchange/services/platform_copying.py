"""What a new draft takes over of the revision it is begun from: its vehicles, items, encryption and keys."""

from __future__ import annotations

from voltward.exchange.models import (
    PlatformChoice,
    PlatformCover,
    PlatformLeftOut,
    PlatformRevision,
)
from voltward.exchange.platform_covers import FIELDS, row_of


def contents_copied(origin: PlatformRevision, row: PlatformRevision) -> None:
    """For use inside an action; ``row`` is saved and has none of it yet."""
    choices, items = list(origin.choices.all()), list(origin.left_out.all())
    for choice in choices:
        choice.pk, choice.revision = None, row
    for item in items:
        item.pk, item.revision = None, row
    PlatformChoice.objects.bulk_create(choices)
    PlatformLeftOut.objects.bulk_create(items)
    _cover_copied(origin, row)


def _cover_copied(origin: PlatformRevision, row: PlatformRevision) -> None:
    """A new draft covers as its origin does, with the same key."""
    if origin.encryption != row.encryption:
        row.encryption = origin.encryption
        row.save(update_fields=["encryption"])
    found = row_of(origin)
    if found is not None:
        values = {name: getattr(found, name) for name in FIELDS}
        PlatformCover.objects.create(
            maker_id=row.maker_id, revision=row, sealed=found.sealed,
            key_set_at=found.key_set_at, **values,
        )  # fmt: skip
