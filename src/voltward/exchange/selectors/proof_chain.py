"""One frame on its way: received, kept, decoded, and sent on each link; or where the way ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from voltward.exchange.proof_ports import proof_ports
from voltward.exchange.selectors.proofs import links_visible, owed_by, proofs_of_moment
from voltward.fleet.models import Vehicle
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT, moment_of
from voltward.monitoring.ports import ports
from voltward.monitoring.store import store
from voltward.records.models import Person
from voltward.telemetry.ingest.unit_hash import BCC_BYTES
from voltward.telemetry.queries.frames import FrameRow, frame_list
from voltward.telemetry.queries.refusals import GatewayRefusal, refusals_of_vehicle
from voltward.telemetry.queries.rows import rows_of
from voltward.telemetry.raw import RawFrame
from voltward.uplink.links import Link
from voltward.uplink.proof_frames import ProvedFrame
from voltward.uplink.why import Why, why_open

# Around the collection time: where a frame that is no row is looked for, by time of receipt.
BEFORE: Final = timedelta(minutes=5)
BEHIND: Final = timedelta(hours=2)
NEIGHBOURS: Final = timedelta(days=1)
LOOKED_THROUGH: Final = 10_000


@dataclass(frozen=True)
class LinkStage:
    """On one link: the outcome, or why there is none."""

    link: Link
    proof: ProvedFrame | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Content:
    """One of the contents a vehicle sent for a moment. ``row`` None: it is not in the store (yet).

    ``position``: its place in the journal as text; empty: the stream is not there any more.
    """

    row: FrameRow | None
    position: str
    stages: list[LinkStage]


@dataclass(frozen=True)
class Chain:
    """``contents`` empty: no row and no outcome. Then ``raw`` are frames of the moment in the journal,
    ``refusals`` what the gateway turned away around it, ``before`` and ``behind`` the nearest rows.
    ``lag_s``: how far the store is behind the journal; None: the processor says nothing."""

    contents: list[Content]
    raw: Sequence[RawFrame] = ()
    refusals: Sequence[GatewayRefusal] = ()
    before: datetime | None = None
    behind: datetime | None = None
    lag_s: float | None = None


def chain_of(actor: Person, vehicle: Vehicle, at: datetime) -> Chain:
    """What is known of the frame that a vehicle collected at ``at``.

    Raises:
        StoreAway: the store does not answer.
        FramesUnreadable: frames are there but cannot be read.
    """
    with store() as client:
        rows = frame_list(client, vehicle.vehicle_id, at, at + timedelta(seconds=1))
    proofs = proofs_of_moment(actor, vehicle, at)
    links = links_visible(actor)
    contents = [_content(actor, vehicle, row, links, proofs) for row in rows]
    alone = {one.unit_hash for found in proofs.values() for one in found}
    alone -= {row.unit_hash for row in rows}
    contents += [_without_row(one, links, proofs) for one in sorted(alone)]
    return Chain(contents) if contents else _nothing(vehicle, at)


def _content(
    actor: Person,
    vehicle: Vehicle,
    row: FrameRow,
    links: Sequence[Link],
    proofs: dict[str, list[ProvedFrame]],
) -> Content:
    stages = []
    for link in links:
        mine = [one for one in proofs[link.name] if one.unit_hash == row.unit_hash]
        stages.append(
            LinkStage(link, proof=mine[0])
            if mine
            else LinkStage(link, why=_why(actor, vehicle, row, link))
        )
    return Content(row, proof_ports().place(row.stream, row.position), stages)


def _why(actor: Person, vehicle: Vehicle, row: FrameRow, link: Link) -> Why:
    owed = owed_by(actor, link)
    return why_open(
        proof_ports().status(link.name),
        collected_s=row.collected_at.timestamp(),
        received_s=row.received_at.timestamp(),
        on_link=owed.has(vehicle.vehicle_id),
        began_s=owed.since_ms / 1000,
        now_s=time.time(),
    )


def _without_row(
    unit_hash: int, links: Sequence[Link], proofs: dict[str, list[ProvedFrame]]
) -> Content:
    stages = [
        LinkStage(link, proof=one)
        for link in links
        for one in proofs[link.name]
        if one.unit_hash == unit_hash
    ]
    proof = stages[0].proof
    assert proof is not None
    return Content(None, proof_ports().place(proof.stream, proof.position), stages)


def _nothing(vehicle: Vehicle, at: datetime) -> Chain:
    status = ports().status()
    with store() as client:
        refusals = refusals_of_vehicle(client, vehicle.vehicle_id, at - BEFORE, at + BEHIND)
        before = frame_list(client, vehicle.vehicle_id, at - NEIGHBOURS, at, limit=1)
        behind = rows_of(client, vehicle.vehicle_id, at, at + NEIGHBOURS, (), limit=1)
    return Chain(
        [],
        raw=_raw(vehicle, at),
        refusals=refusals,
        before=before[0].collected_at if before else None,
        behind=behind[0].collected_at if behind else None,
        lag_s=status.lag_s if status else None,
    )


def _raw(vehicle: Vehicle, at: datetime) -> list[RawFrame]:
    """Frames in journal or archive that name the moment."""
    stop = min(at + BEHIND, datetime.now(UTC) + BEFORE)
    if stop <= at - BEFORE:
        return []
    found = ports().frames(vehicle.vin, at - BEFORE, stop, LOOKED_THROUGH)
    return [one for one in found if _moment(one.frame) == at]


def _moment(frame: bytes) -> datetime | None:
    if len(frame) < HEADER + MOMENT + BCC_BYTES:
        return None
    return moment_of(frame[HEADER : HEADER + MOMENT])
