"""Which limits of data quality hold on a day, and for which vehicles the engine counts by which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from django.db.models import Q, QuerySet

from voltward.base.errors import NotFound
from voltward.base.units import BEIJING
from voltward.exchange.models import QualityLimit
from voltward.findings.limits import Group, Revision
from voltward.fleet.models import Configuration, Vehicle
from voltward.records import days
from voltward.records.models import Maker, Person
from voltward.uplink.quality.catalogue import DRIVE_FACT, DRIVES, LFP_FACT, SIGN_FACT, limit_key

LFP: Final = "01"  # GB/T 32960.3 annex A.2


def quality_limits(maker_id: int | None, on: date) -> dict[str, QualityLimit]:
    """By code, in their order: the newest revision that holds on a day, a maker's own before the
    platform's. The platform's first ones hold always: days before them come in too."""
    rows = QualityLimit.objects.filter(
        Q(maker=None, revision=1) | Q(maker=None, effective_from__lte=on)
        | Q(maker=maker_id, maker__isnull=False, effective_from__lte=on)
    )  # fmt: skip
    found: dict[str, QualityLimit] = {}
    # later ones overwrite earlier ones: the platform's (no maker) come first
    for row in sorted(
        rows, key=lambda row: (row.maker_id is not None, row.effective_from, row.revision)
    ):
        found[row.code] = row
    return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))


def quality_limit_visible(actor: Person) -> QuerySet[QualityLimit]:
    """The platform's revisions and those of the actor's maker."""
    rows = QualityLimit.objects.filter(Q(maker=actor.maker) | Q(maker=None))
    return rows.select_related("approved_by").order_by(
        "order", "code", "-effective_from", "-revision", "-pk"
    )


def quality_limit_of_code(actor: Person, code: str) -> QualityLimit:
    """The revision that holds today for the actor's maker.

    Raises:
        NotFound: no such limit.
    """
    found = quality_limits(actor.maker_id, days.today()).get(code)
    if found is None:
        raise NotFound(f"quality limit {code}")
    return found


@dataclass
class QualityGroups:
    """Numbers groups of vehicles as their first one is met; 0 is for vehicles that no maker has."""

    revisions: Mapping[int, tuple[Revision, ...]]
    groups: list[Group] = field(default_factory=lambda: [Group("default")])
    _known: dict[tuple[int, str, int | None, bool | None], int] = field(default_factory=dict)

    def of(self, maker: int, drive: str, sign: int | None, is_lfp: bool | None) -> int:
        """The number of the group of such vehicles."""
        key = (maker, drive, sign, is_lfp)
        if key not in self._known:
            self._known[key] = len(self.groups)
            known = {DRIVE_FACT: DRIVES.get(drive), SIGN_FACT: sign, LFP_FACT: is_lfp}
            facts = {name: float(value) for name, value in known.items() if value is not None}
            name = f"m{maker}.{drive or 'unknown'}.{sign or 0}.{is_lfp}"
            held = self.revisions.get(maker) or Group("default").revisions
            self.groups.append(Group(name, facts=facts, revisions=held))
        return self._known[key]


def quality_groups() -> QualityGroups:
    """For every maker at once: what the engine's limit book is made of; only its publisher asks."""
    rows = list(QualityLimit.objects.order_by("effective_from", "revision"))
    return QualityGroups(
        {maker: _timeline(rows, maker) for maker in Maker.objects.values_list("pk", flat=True)}
    )


def quality_members(groups: QualityGroups) -> Iterator[tuple[int, int]]:
    """Vehicle number and group of every vehicle; streams, and fills ``groups``."""
    built = {
        pk: (drive, sign, None if not chemistry else chemistry == LFP)
        for pk, drive, sign, chemistry in Configuration.objects.values_list(
            "pk", "model__drive", "model__current_sign", "battery_type__chemistry"
        )
    }
    rows = Vehicle.objects.order_by().values_list("vehicle_id", "maker_id", "configuration_id")
    for vehicle, maker, configuration in rows.iterator(chunk_size=20_000):
        yield vehicle, groups.of(maker, *built.get(configuration, ("", None, None)))


def _timeline(rows: list[QualityLimit], maker: int) -> tuple[Revision, ...]:
    """What held from when on; the first from always on, see ``quality_limits``."""
    mine = [row for row in rows if row.maker_id in (None, maker)]
    starts = sorted({row.effective_from for row in mine})
    found = []
    for number, start in enumerate(starts):
        held: dict[str, float] = {}
        for row in sorted(mine, key=lambda row: row.maker_id is not None):
            if row.effective_from <= start:
                held[limit_key(row.code)] = row.value
        begins = int(datetime.combine(start, time(), BEIJING).timestamp())
        found.append(Revision(start.isoformat(), begins if number else 0, held))
    return tuple(found)
