"""Groups parked together, kept in step with what a round found: the same group stays the same case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from voltward.monitoring.models import WatchCase, WatchCaseVehicle
from voltward.monitoring.models.watch import DENSE_PARKING
from voltward.monitoring.selectors.watch_crowds import CODES, Crowd, at_instant
from voltward.monitoring.selectors.watch_fleet import Scene
from voltward.monitoring.services.watch_steps import cases_followed, steps_written
from voltward.monitoring.watch_events import WatchCasesOpened
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Maker, Person

SAME: Final = 0.5  # of a group's vehicles that a closed case had too: there is a verdict about it
_RENEWED: Final = timedelta(hours=20)
_FIELDS: Final = (
    "parked_since", "soc_pct", "collected_at", "east_m", "north_m", "neighbours", "is_target",
    "left_at",
)  # fmt: skip


@dataclass(frozen=True)
class _Known:
    case: WatchCase
    members: frozenset[int]


def groups_kept(actor: Person, maker: Maker, scene: Scene, crowds: Sequence[Crowd]) -> int:
    """Bring the cases of groups in step with ``crowds``; gives how many opened, came back or ended."""
    known = _known(maker)
    asked_again = scene.at - timedelta(days=scene.limits.value("queue.again_d"))
    done, seen = 0, set[int]()
    for crowd in sorted(crowds, key=lambda one: -len(one.members)):
        one = _same(crowd, [one for one in known if one.case.pk not in seen])
        if one is not None:
            seen.add(one.case.pk)
        closed_at = one.case.closed_at if one is not None else None
        if one is None or (closed_at is not None and closed_at <= asked_again):
            previous = one.case if one is not None else None
            _group_open(actor, maker=maker, scene=scene, crowd=crowd, previous=previous)
            done += 1
        elif one.case.is_going:
            done += _lasting(actor, maker, scene, crowd, one)
    gone = [one.case for one in known if one.case.pk not in seen and one.case.ended_at is None]
    if gone:
        _groups_end(actor, maker=maker, cases=gone, at=scene.at)
    return done + sum(case.is_going for case in gone)


def _known(maker: Maker) -> list[_Known]:
    """Open ones first: a group that has one is that one."""
    cases = cases_followed(maker, DENSE_PARKING)
    members: dict[int, set[int]] = {}
    rows = WatchCaseVehicle.objects.filter(case__in=cases, left_at=None)
    for case, vehicle in rows.values_list("case", "vehicle"):
        members.setdefault(case, set()).add(vehicle)
    found = [_Known(case, frozenset(members.get(case.pk, ()))) for case in cases]
    return sorted(found, key=lambda one: not one.case.is_going)


def _same(crowd: Crowd, known: Sequence[_Known]) -> _Known | None:
    """The case of this group: an open one that shares most of its vehicles, or a closed one that had
    most of them."""
    vehicles = {member.vehicle_pk for member in crowd.members}
    shared = [(one, len(one.members & vehicles)) for one in known]
    going = [pair for pair in shared if pair[0].case.is_going and pair[1]]
    closed = [
        pair for pair in shared if not pair[0].case.is_going and pair[1] >= SAME * len(vehicles)
    ]
    found = going or closed
    return max(found, key=lambda pair: pair[1])[0] if found else None


def _lasting(actor: Person, maker: Maker, scene: Scene, crowd: Crowd, one: _Known) -> int:
    """Renew an open case if there is news, or its numbers are old."""
    vehicles = {member.vehicle_pk for member in crowd.members}
    came_back = one.case.ended_at is not None
    if came_back or vehicles != one.members or scene.at - one.case.seen_at > _RENEWED:
        _group_renew(actor, maker=maker, scene=scene, crowd=crowd, known=one)
    return int(came_back)


@action("watch.group.open", needs="watch.sweep")
def _group_open(
    actor: Person, *, maker: Maker, scene: Scene, crowd: Crowd, previous: WatchCase | None
) -> WatchCase:
    numbers = _numbers(scene, crowd)
    case = WatchCase.objects.create(
        maker=maker, queue=DENSE_PARKING, opened_at=scene.at, seen_at=scene.at, now=numbers,
        measure=float(len(crowd.members)), vehicles_number=len(crowd.members), cell=crowd.cell,
        why={"numbers": numbers, "limits": scene.limits.shown(*CODES)}, previous=previous,
        place_contact=previous.place_contact if previous else "",
    )  # fmt: skip
    WatchCaseVehicle.objects.bulk_create(_rows(maker, scene, case, crowd), batch_size=1000)
    steps_written(maker, [case], "opened")
    after = {"case": case.pk, "vehicles": len(crowd.members)}
    record(actor, "watch.group.open", case, before={}, after=after, maker_id=maker.pk)
    tell(actor, WatchCasesOpened(maker.pk, DENSE_PARKING, (case,)))
    return case


@action("watch.group.renew", needs="watch.sweep")
def _group_renew(actor: Person, *, maker: Maker, scene: Scene, crowd: Crowd, known: _Known) -> None:
    case, vehicles = known.case, {member.vehicle_pk for member in crowd.members}
    left, joined = known.members - vehicles, vehicles - known.members
    WatchCaseVehicle.objects.bulk_create(
        _rows(maker, scene, case, crowd), batch_size=1000, update_conflicts=True,
        unique_fields=["case", "vehicle"], update_fields=list(_FIELDS),
    )  # fmt: skip
    WatchCaseVehicle.objects.filter(case=case, vehicle__in=left).update(left_at=scene.at)
    steps = [
        ("left", len(left)),
        ("joined", len(joined)),
        ("again", int(case.ended_at is not None)),
    ]
    for kind, number in steps:
        if number:
            steps_written(maker, [case], kind, "" if kind == "again" else str(number))
    rows = WatchCase.objects.filter(pk=case.pk)
    rows.update(
        now=_numbers(scene, crowd), seen_at=scene.at, measure=float(len(vehicles)),
        vehicles_number=len(vehicles), cell=crowd.cell, ended_at=None,
    )  # fmt: skip
    after = {"vehicles": len(vehicles), "joined": len(joined), "left": len(left)}
    before = {"vehicles": len(known.members)}
    record(actor, "watch.group.renew", case, before=before, after=after, maker_id=maker.pk)


@action("watch.group.end", needs="watch.sweep")
def _groups_end(actor: Person, *, maker: Maker, cases: list[WatchCase], at: datetime) -> None:
    WatchCase.objects.filter(pk__in=[case.pk for case in cases]).update(ended_at=at)
    steps_written(maker, cases, "ended")
    after = {"cases": [case.pk for case in cases]}
    record(actor, "watch.group.end", maker, before={}, after=after, maker_id=maker.pk)


def _rows(maker: Maker, scene: Scene, case: WatchCase, crowd: Crowd) -> list[WatchCaseVehicle]:
    return [
        WatchCaseVehicle(
            maker=maker, case=case, vehicle_id=one.vehicle_pk,
            parked_since=at_instant(scene.at, one.parked_since_s), soc_pct=one.soc_pct,
            collected_at=at_instant(scene.at, one.data_s), east_m=one.east_m, north_m=one.north_m,
            neighbours=one.neighbours, is_target=one.is_target, joined_at=scene.at,
        )
        for one in crowd.members
    ]  # fmt: skip


def _numbers(scene: Scene, crowd: Crowd) -> dict[str, Any]:
    oldest = min(member.parked_since_s for member in crowd.members)
    return {
        "vehicles": len(crowd.members),
        "targets": crowd.targets,
        "most": crowd.most,
        "longest_d": round((scene.at_s - oldest) / 86_400, 1),
    }
