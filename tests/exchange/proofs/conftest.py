"""A store with rows, proofs about them, and an uplink that says what a test wants."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings, around, status, store_client, store_process

from voltward.exchange import proof_ports
from voltward.exchange.proof_ports import ProofPorts
from voltward.fleet.models import Vehicle
from voltward.journal.position import Position
from voltward.telemetry.schema.tables import PROOFS
from voltward.uplink.links import VEHICLE, Link, LinksFile
from voltward.uplink.proof import ACCEPTED
from voltward.uplink.proof_rows import BEIJING_S, DAY_S, PROOF_SCHEMA

__all__ = ["around", "status", "store_client", "store_process"]
DAY = "2026-03-15"


@dataclass
class Uploads:
    """``links``: as the office told the uplink; ``on_link``: masks by vehicle number."""

    around: Surroundings
    links: list[Link] = field(default_factory=list)
    on_link: dict[int, int] = field(default_factory=dict)
    began_ms: int = 0
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    proving: dict[str, Any] | None = None

    def ports(self) -> ProofPorts:
        return ProofPorts(
            links=lambda: LinksFile(1, tuple(self.links)),
            vehicles=lambda: np.array(
                sorted((vehicle, mask, 0) for vehicle, mask in self.on_link.items()), VEHICLE
            ),
            began_ms=lambda _link: self.began_ms,
            status=self.statuses.get,
            proving=lambda: self.proving,
            place=lambda _stream, position: str(Position.of_number("gateway-0", position)),
        )

    def link(self, name: str = "national", number: int = 0, **more: Any) -> Link:
        made = Link(name, number, "127.0.0.1", 9, "PLATFORM", "user", "secret", **more)
        self.links.append(made)
        return made

    def up(self, name: str = "national", **more: Any) -> None:
        now = time.time()
        self.statuses[name] = {"state": "up", "at": now, "since": now - 600, **more}

    def put(self, vehicle: Vehicle, count: int = 1, first: datetime = NOON) -> None:
        """Rows ten seconds apart."""
        times = (first + timedelta(seconds=10 * k) for k in range(count))
        self.around.put(*(report(vehicle.vin, at) for at in times))

    def prove(self, vehicle: Vehicle, at: datetime, link: str = "national", **more: Any) -> None:
        """The outcome of the vehicle's row of that moment; a content of its own where none is there."""
        second = int(at.timestamp())
        known = self.around.client.query(
            f"SELECT unit_hash FROM frames_rows WHERE vehicle_id = {vehicle.vehicle_id}"
            f" AND collected_at = toDateTime({second}, 'UTC')"
        ).result_rows
        values = {
            "day": (second + BEIJING_S) // DAY_S, "link": link, "vehicle_id": vehicle.vehicle_id,
            "collected_at": second, "unit_hash": known[0][0] if known else 4711, "version": 1,
            "proof": 170, "stream": 0, "position": 400, "command": 2, "outcome": ACCEPTED, "flag": 1,
            "tries": 1, "lost": 0, "sent_ms": second * 1000 + 2000,
            "answered_ms": second * 1000 + 3000, "known_ms": second * 1000 + 3000, **more,
        }  # fmt: skip
        self.around.client.insert_arrow(PROOFS, pa.Table.from_pylist([values], PROOF_SCHEMA))
        self.around.written.add(PROOFS)


@pytest.fixture
def uploads(around: Surroundings) -> Iterator[Uploads]:
    before = list(proof_ports._handed_in)
    made = Uploads(around)
    proof_ports.hand_in(made.ports())
    yield made
    proof_ports._handed_in[:] = before
