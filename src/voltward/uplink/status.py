"""What a link says of itself: one small file a second, read by pages, the command line and watchers."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from voltward.uplink.desk import Desk
from voltward.uplink.standing import State

# Ages of a backlog at which somebody must know, all well before the seven days of reissue end.
WARN_AT_S: Final = {"5m": 300, "1h": 3600, "24h": 86_400, "5d": 432_000}
MOST_HELD: Final = 100  # vehicles named in the file
_log = structlog.get_logger("voltward.uplink")


@dataclass(frozen=True, slots=True)
class HeldVehicle:
    """``vehicle``: as in the store; ``flag``: of the last answer; ``next_in_s``: until it is asked
    for again; ``lasting``: its live frames are not sent either."""

    vehicle: int
    since: float
    flag: int
    next_in_s: float
    lasting: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Instants are unix seconds, 0 none. ``due_oldest_s``: collection time; totals are for ever.

    ``due_per_s``: by how much ``due`` grows; below 0 it shrinks.
    """

    name: str
    at: float
    state: str
    since: float = 0.0
    reason: str = ""
    until: float = 0.0
    error: str = ""
    error_at: float = 0.0
    lag_s: float = 0.0
    due: int = 0
    due_oldest_s: int = 0
    due_per_s: float = 0.0
    in_flight: int = 0
    window: int = 0
    owed: int = 0
    sent: int = 0
    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    not_expressible: int = 0
    left_out: int = 0
    expired: int = 0
    unreadable: int = 0
    thermal_as_3: int = 0
    sent_per_s: float = 0.0
    accepted_per_s: float = 0.0
    held: int = 0
    held_frames: int = 0
    held_vehicles: tuple[HeldVehicle, ...] = ()
    strange: int = 0
    warned: str = ""


def status_of(desk: Desk, before: Status | None) -> Status:
    """``before``: the last one, for the rates."""
    client, totals, now = desk.client, desk.books.totals, desk.clock.now_ns() / 1e9
    holds, due_oldest_s = desk.books.holds, desk.books.due.oldest_s()
    fresh = Status(
        name=desk.link.name,
        at=now,
        state=str(client.state),
        since=client.since,
        reason=client.reason,
        until=client.until,
        error=client.error,
        error_at=client.error_at,
        lag_s=round(desk.lag_s(), 1),
        due=len(desk.books.due),
        due_oldest_s=due_oldest_s,
        due_per_s=_rate(before, now, "due", len(desk.books.due)),
        in_flight=client.in_flight,
        window=desk.link.window,
        owed=totals["owed"],
        sent=totals["sent"],
        accepted=totals["accepted"],
        refused=totals["refused"],
        unanswered=totals["unanswered"],
        not_expressible=totals["not_expressible"],
        left_out=totals["left_out"],
        expired=totals["expired"],
        unreadable=totals["unreadable"],
        thermal_as_3=totals["thermal_as_3"],
        sent_per_s=_rate(before, now, "sent", totals["sent"]),
        accepted_per_s=_rate(before, now, "accepted", totals["accepted"]),
        held=len(holds.of),
        held_frames=len(holds.files),
        held_vehicles=_held(desk),
        strange=client.strange,
        warned=warned(now - due_oldest_s if due_oldest_s else desk.lag_s()),
    )
    _tell(before, fresh)
    return fresh


def off(name: str, at: float, before: Status | None, reason: str = "") -> Status:
    """Of a link that nobody works on."""
    kept = asdict(before) if before is not None else {}
    held = before.held_vehicles if before is not None else ()
    gone = {"state": str(State.OFF), "since": at, "reason": reason, "until": 0.0, "at": at}
    rates = dict.fromkeys(("sent_per_s", "accepted_per_s", "due_per_s"), 0.0)
    still = {"in_flight": 0, **rates, "held_vehicles": held}
    return Status(**{**kept, "name": name, **gone, **still})


def warned(age_s: float) -> str:
    """The highest threshold that the backlog's age has passed; "" none."""
    passed = [name for name, at_s in WARN_AT_S.items() if age_s >= at_s]
    return passed[-1] if passed else ""


def write(path: Path, status: Status) -> None:
    """Whole or not at all; a disk that is full says so elsewhere."""
    fresh = path.with_suffix(".fresh")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(asdict(status)), encoding="utf-8")
        fresh.replace(path)


def _rate(before: Status | None, now: float, name: str, total: int) -> float:
    if before is None or now <= before.at:
        return 0.0
    return round((total - int(getattr(before, name))) / (now - before.at), 1)


def _held(desk: Desk) -> tuple[HeldVehicle, ...]:
    now_s = desk.clock.monotonic_s()
    return tuple(
        HeldVehicle(vehicle, hold.since, hold.flag, round(hold.next_s - now_s, 1), hold.lasting)
        for vehicle, hold in list(desk.books.holds.of.items())[:MOST_HELD]
    )


def _tell(before: Status | None, fresh: Status) -> None:
    """One line when a threshold is passed, when a link fails, and when either is over."""
    warned_before = before.warned if before is not None else ""
    ages = ["", *WARN_AT_S]
    if ages.index(fresh.warned) > ages.index(warned_before):
        _log.warning("backlog", link=fresh.name, older_than=fresh.warned, due=fresh.due)
    elif warned_before and not fresh.warned:
        _log.info("backlog is drained", link=fresh.name)
    if fresh.error and (before is None or fresh.error_at != before.error_at):
        _log.warning("link", link=fresh.name, state=fresh.state, error=fresh.error)
    elif before is not None and fresh.state != before.state and fresh.state == State.UP:
        _log.info("link is up", link=fresh.name, due=fresh.due)
