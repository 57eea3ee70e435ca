"""Every write to static registration: reckoning how each vehicle stands, and saying that one is registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from voltward.base.errors import BadInput, NotFound
from voltward.exchange.models import StaticRegistration
from voltward.exchange.registration_fields import digest_of, plain_of
from voltward.exchange.registration_states import state_of
from voltward.exchange.selectors import registrations as selectors
from voltward.exchange.selectors.platforms import platform_by_name
from voltward.fleet.events import StaticDataReckoned
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.registration import platform_registration
from voltward.records import days
from voltward.records.actions import action, record
from voltward.records.events import listen
from voltward.records.models import Person
from voltward.records.selectors import installation

COMPARE: Final = "registration.compare"
MARK: Final = "registration.mark"
MOST_AT_ONCE: Final = 20_000
_seen: list[tuple[int, ...]] = []


@listen(StaticDataReckoned)
def _reckoned(actor: Person, event: StaticDataReckoned) -> None:
    del actor
    if event.vehicles and selectors.has_platforms():
        _registrations_compare(installation(), vehicles=event.vehicles)


def registrations_sweep() -> int:
    """Give vehicles that came to a platform a row there; gives how many were looked at."""
    now, looked = selectors.members_seen(), 0
    if _seen == [now]:
        return 0
    for batch in selectors.vehicles_without_row():
        _registrations_compare(installation(), vehicles=batch)
        looked += len(batch)
    _seen[:] = [now]
    return looked


@action(COMPARE, needs="exchange.watch")
def _registrations_compare(actor: Person, *, vehicles: Sequence[Vehicle]) -> None:
    """How each stands at each platform now. Of one that left a platform the row goes, unless it was
    registered there: there it still is."""
    goes = selectors.goes_to(vehicles)
    rows = StaticRegistration.objects.filter(vehicle__in=[one.pk for one in vehicles])
    locked = rows.select_for_update().defer("registered")  # who is marked meanwhile waits
    known = {(row.vehicle_id, row.platform_id): row for row in locked.order_by("pk")}
    new, changed, gone = [], [], []
    for vehicle in vehicles:
        data = platform_registration(vehicle)
        digest, missing = digest_of(plain_of(data)), len(data.missing)
        for platform in goes[vehicle.pk]:
            if (vehicle.pk, platform) not in known:
                new.append(StaticRegistration(
                    maker_id=vehicle.maker_id, platform_id=platform, vehicle=vehicle,
                    digest=digest, missing=missing, state=state_of(missing, digest, ""),
                ))  # fmt: skip
        for (pk, platform), row in known.items():
            if pk != vehicle.pk:
                continue
            if platform not in goes[pk] and not row.registered_digest:
                gone.append(row.pk)
                continue
            row.digest, row.missing = digest, missing
            row.state = state_of(missing, digest, row.registered_digest)
            changed.append(row)
    StaticRegistration.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    StaticRegistration.objects.bulk_update(changed, ["digest", "missing", "state"], batch_size=500)
    StaticRegistration.objects.filter(pk__in=gone).delete()
    after = {"vehicles": len(vehicles), "new": len(new), "gone": len(gone)}
    record(actor, COMPARE, actor, before={}, after=after)


@action(MARK, needs="exchange.manage")
def registration_mark(
    actor: Person, *, platform: str, vins: Sequence[str], on: date, note: str
) -> int:
    """Say that vehicles are registered at a platform with their data as they are now.

    Raises:
        NotFound: no such platform, or a vehicle that does not go there.
        BadInput: a day to come, no vehicle or too many, or one whose data are incomplete: the platform
            would not have taken it.
    """
    where = platform_by_name(actor, platform)
    wanted = sorted({vin.strip().upper() for vin in vins if vin.strip()})
    if on > days.today():
        raise BadInput(f"on: {on} is still to come")
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise BadInput(f"vins: {len(wanted)}; 1 to {MOST_AT_ONCE} are expected")
    rows = selectors.registration_of(actor, where.name).filter(vehicle__vin__in=wanted)
    locked = StaticRegistration.objects.select_for_update().filter(
        pk__in=rows.order_by().values("pk")
    )
    list(locked.values_list("pk"))  # what is reckoned meanwhile waits
    done = []
    for row, vehicle in selectors.vehicles_whole(rows):
        data = platform_registration(vehicle)
        if data.missing:
            raise BadInput(f"{vehicle.vin}: lacks {', '.join(data.missing)}")
        row.registered = plain_of(data)
        row.digest = row.registered_digest = digest_of(row.registered)
        row.missing, row.state = 0, state_of(0, row.digest, row.digest)
        row.registered_on, row.registered_by, row.note = on, actor, note.strip()[:300]
        done.append(row)
    if lacking := set(wanted) - {row.vehicle.vin for row in done}:
        raise NotFound(f"{min(lacking)} on {where.name}")
    _marked(actor, done, on, note)
    return len(done)


def _marked(actor: Person, rows: Sequence[StaticRegistration], on: date, note: str) -> None:
    names = [
        "registered", "digest", "registered_digest", "missing", "state", "registered_on",
        "registered_by", "note",
    ]  # fmt: skip
    StaticRegistration.objects.bulk_update(rows, names, batch_size=200)
    for row in rows:
        after = {"platform": row.platform.name, "on": on.isoformat(), "digest": row.digest}
        record(actor, MARK, row, before={}, after={**after, "note": note.strip()[:300]})
