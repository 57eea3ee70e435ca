"""What the gateway must know about vehicles, as values; entry/ writes them to its snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voltward.fleet import selectors, states
from voltward.fleet.models import Vehicle
from voltward.records.models import Maker

REGISTERED = 1  # bit of RegistryEntry.flags; an unregistered vehicle has none


@dataclass(frozen=True)
class RegistryEntry:
    vin: str
    flags: int


@dataclass(frozen=True)
class Registry:
    """All vehicles of all makers, sorted by VIN, and the makers' own WMI codes."""

    generation: int
    wmis: tuple[str, ...]

    def entries(self) -> Iterator[RegistryEntry]:
        """Streams: ten million vehicles never lie in memory at once."""
        rows = Vehicle.objects.order_by("vin").values_list("vin", "state")
        for vin, state in rows.iterator(chunk_size=20_000):
            yield RegistryEntry(vin, 0 if state == states.UNREGISTERED else REGISTERED)


def registry() -> Registry:
    """The generation is read first: a change in between only means one more snapshot."""
    generation = selectors.registry_generation()
    codes = {code for maker in Maker.objects.all() for code in maker.wmis}
    return Registry(generation, tuple(sorted(codes)))
