"""Which vehicle goes over which links, and the links in force: what the uplink's two files are made of.

For every maker at once; only the process that writes the files asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.apps import apps
from django.db.models import Max, OuterRef, Subquery

from voltward.exchange import platform_states as states
from voltward.exchange.models import PlatformRevision
from voltward.exchange.models.platforms import MODEL, REGION, USAGE, VEHICLE
from voltward.fleet import states as vehicle_states
from voltward.fleet.models import Configuration, OwnerPeriod, Vehicle
from voltward.records.models import Maker

USAGES: Final = ("", *(code for code, _title in OwnerPeriod.USAGES))  # as the files number them
# whose histories grow by a row with every change that may move a vehicle on or off a link
_WATCHED: Final = (
    ("exchange", "PublicPlatformEvent"), ("exchange", "PlatformRevisionEvent"),
    ("fleet", "VehicleEvent"), ("fleet", "ConfigurationEvent"), ("fleet", "OwnerPeriodEvent"),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Whom a link takes. A kind without rows asks nothing; no kind with rows takes nobody."""

    maker_id: int
    bit: int
    takes_all: bool
    models: frozenset[int] = frozenset()
    usages: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    vehicles: frozenset[int] = field(default=frozenset(), repr=False)

    def takes(self, vehicle: int, model: int | None, usage: str, region: str) -> bool:
        if self.takes_all or vehicle in self.vehicles:
            return True
        asked = [
            (bool(self.models), model in self.models),
            (bool(self.usages), usage in self.usages),
            (bool(self.regions), region.startswith(self.regions)),
        ]
        return any(is_asked for is_asked, _fits in asked) and all(
            fits for is_asked, fits in asked if is_asked
        )


def links_in_force() -> list[PlatformRevision]:
    """The newest approved settings of every platform that is not retired, by its number."""
    rows = PlatformRevision.objects.filter(
        state=states.APPROVED, platform__state=states.APPROVED
    ).select_related("platform")
    newest = rows.order_by("platform_id", "-number").distinct("platform_id")
    return sorted(newest, key=lambda one: one.platform.number)


def has_one_maker() -> bool:
    """Whether every vehicle is the same maker's, so that "all" needs no list."""
    return Maker.objects.count() == 1


def choice_of(revision: PlatformRevision) -> Choice:
    rows = list(revision.choices.values_list("kind", "model", "usage_class", "region", "vehicle"))
    return Choice(
        revision.maker_id,
        1 << revision.platform.number,
        revision.all_vehicles,
        frozenset(model for kind, model, *_rest in rows if kind == MODEL and model),
        frozenset(usage for kind, _model, usage, *_rest in rows if kind == USAGE),
        tuple(sorted(region for kind, _m, _u, region, _v in rows if kind == REGION)),
        frozenset(vehicle for kind, *_rest, vehicle in rows if kind == VEHICLE and vehicle),
    )


def link_members(choices: Sequence[Choice]) -> Iterator[tuple[int, int, int]]:
    """Vehicle number, mask of links, number of its usage class; streams. A scrapped one goes nowhere."""
    by_maker: dict[int, list[Choice]] = {}
    for one in choices:
        by_maker.setdefault(one.maker_id, []).append(one)
    built = dict(Configuration.objects.values_list("pk", "model_id"))
    numbers = {code: number for number, code in enumerate(USAGES)}
    present = OwnerPeriod.objects.filter(vehicle=OuterRef("pk"), until=None)
    rows = Vehicle.objects.filter(maker__in=by_maker).exclude(state=vehicle_states.SCRAPPED)
    rows = rows.order_by().annotate(
        usage=Subquery(present.values("usage_class")[:1]),
        region=Subquery(present.values("region_code")[:1]),
    )
    values = rows.values_list("pk", "vehicle_id", "maker_id", "configuration_id", "usage", "region")
    for pk, vehicle, maker, configuration, usage, region in values.iterator(chunk_size=20_000):
        model, usage = built.get(configuration), usage or ""
        mask = 0
        for one in by_maker[maker]:
            if one.takes(pk, model, usage, region or ""):
                mask |= one.bit
        if mask:
            yield vehicle, mask, numbers[usage]


def links_seen() -> tuple[int, ...]:
    """Changes with what the files are made of; what commits behind a later change does not show."""
    newest = (
        apps.get_model(app, name)._default_manager.aggregate(newest=Max("pgh_id"))["newest"]
        for app, name in _WATCHED
    )
    return tuple(one or 0 for one in newest)
