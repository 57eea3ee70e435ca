"""What goes over a link: which vehicles, and which information types are left out; rows of a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from voltward.base.errors import BadInput
from voltward.exchange.models import PlatformChoice, PlatformLeftOut, PlatformRevision
from voltward.exchange.models.platforms import LAST_TYPE, MODEL, REGION, USAGE, VEHICLE
from voltward.exchange.services.platforms import PROPOSE, draft_locked
from voltward.fleet.models import OwnerPeriod, VehicleModel
from voltward.fleet.selectors import vehicle_by_vin
from voltward.fleet.selectors.products import product_by_id
from voltward.records.actions import action, record
from voltward.records.models import DeadlineRule, Person


@dataclass(frozen=True)
class Item:
    """An information type that is not sent; ``usage_class`` "": for all, ``effective_to`` None: for good."""

    information_type: int
    source: str
    confidence: str
    effective_from: date
    effective_to: date | None = None
    usage_class: str = ""


@action("uplink.choose", needs=PROPOSE)
def uplink_choose(
    actor: Person,
    *,
    name: str,
    number: int,
    models: Iterable[int] = (),
    usages: Iterable[str] = (),
    regions: Iterable[str] = (),
    vins: Iterable[str] = (),
) -> PlatformRevision:
    """Say anew which vehicles a draft takes, where it does not take all.

    Raises (as its siblings):
        NotFound: no such draft, model or vehicle of the actor's maker.
        BadInput: an unknown usage class, or what is no beginning of an administrative code.
        WrongState: it is no draft.
    """
    row = draft_locked(actor, name, number)
    rows = [
        *(
            _choice(row, MODEL, model=product_by_id(actor, VehicleModel, one))
            for one in set(models)
        ),
        *(_choice(row, USAGE, usage_class=_usage(one)) for one in set(usages)),
        *(_choice(row, REGION, region=_region(one)) for one in set(regions)),
        *(_choice(row, VEHICLE, vehicle=vehicle_by_vin(actor, one)) for one in set(vins)),
    ]
    before = _chosen(row)
    row.choices.all().delete()
    PlatformChoice.objects.bulk_create(rows)
    record(actor, "uplink.choose", row, before=before, after=_chosen(row))
    return row


@action("uplink.leave_out", needs=PROPOSE)
def uplink_leave_out(actor: Person, *, name: str, number: int, item: Item) -> PlatformLeftOut:
    """Leave an information type out of a draft, with the source that allows it."""
    row = draft_locked(actor, name, number)
    _item_checked(item)
    same = row.left_out.filter(
        usage_class=item.usage_class, information_type=item.information_type,
        effective_from=item.effective_from,
    )  # fmt: skip
    if same.exists():
        raise BadInput(f"information_type: {item.information_type:#04x} is left out already")
    values = asdict(item) | {"source": item.source.strip()[:240]}
    made = PlatformLeftOut.objects.create(maker_id=row.maker_id, revision=row, **values)
    record(actor, "uplink.leave_out", row, before={}, after=_said(made))
    return made


@action("uplink.send", needs=PROPOSE)
def uplink_send(actor: Person, *, name: str, number: int, left_out_id: int) -> None:
    """Send an information type after all: take its row out of a draft."""
    row = draft_locked(actor, name, number)
    found = row.left_out.filter(pk=left_out_id).first()
    if found is None:
        raise BadInput(f"left_out: {left_out_id} is no row of this draft")
    before = _said(found)
    found.delete()
    record(actor, "uplink.send", row, before=before, after={})


def _choice(row: PlatformRevision, kind: str, **of: Any) -> PlatformChoice:
    return PlatformChoice(maker_id=row.maker_id, revision=row, kind=kind, **of)


def _usage(code: str) -> str:
    if code not in dict(OwnerPeriod.USAGES):
        raise BadInput(f"usages: {code[:20]!r} is no usage class")
    return code


def _region(code: str) -> str:
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6)):
        raise BadInput(f"regions: {code[:12]!r}, expected 2, 4 or 6 digits (GB/T 2260)")
    return code


def _item_checked(item: Item) -> None:
    if not 0 < item.information_type <= LAST_TYPE:
        raise BadInput(f"information_type: {item.information_type}, expected 1 to {LAST_TYPE}")
    if item.usage_class:
        _usage(item.usage_class)
    if not item.source.strip():
        raise BadInput("source: empty; name what allows it")
    if item.confidence not in dict(DeadlineRule.CONFIDENCES):
        raise BadInput(f"confidence: {item.confidence[:1]}; A, B, C, M or X is expected")
    if item.effective_to is not None and item.effective_to <= item.effective_from:
        raise BadInput("effective_to: a later day than effective_from is expected")


def _chosen(row: PlatformRevision) -> dict[str, Any]:
    """The rows as the trail keeps them; of vehicles how many, the rows themselves are history."""
    rows = row.choices.select_related("model")
    found: dict[str, Any] = {MODEL: [], USAGE: [], REGION: []}
    for one in rows.exclude(kind=VEHICLE):
        found[one.kind].append(one.model.name if one.model else one.usage_class or one.region)
    found = {kind: sorted(values) for kind, values in found.items()}
    return {**found, "vehicles": rows.filter(kind=VEHICLE).count()}


def _said(one: PlatformLeftOut) -> dict[str, Any]:
    return {
        "information_type": one.information_type, "usage_class": one.usage_class,
        "source": one.source, "confidence": one.confidence,
        "effective_from": one.effective_from.isoformat(),
        "effective_to": one.effective_to.isoformat() if one.effective_to else None,
    }  # fmt: skip
