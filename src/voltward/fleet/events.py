"""What happens to vehicles and matters to later rooms; told inside the transaction."""

from __future__ import annotations

from dataclasses import dataclass

from voltward.fleet.models import Vehicle


@dataclass(frozen=True)
class VehicleSold:
    vehicle: Vehicle


@dataclass(frozen=True)
class VehicleScrapped:
    """Scrapping is proved and seen by two persons; archives of the vehicle may now age."""

    vehicle: Vehicle


@dataclass(frozen=True)
class ConsentWithdrawn:
    """From now on the vehicle's data serves monitoring only."""

    vehicle: Vehicle


@dataclass(frozen=True)
class StaticDataReckoned:
    """Static data of vehicles changed and were reckoned anew (``selectors.registration``).

    ``vehicles``: as ``registration_rows`` reads them.
    """

    vehicles: tuple[Vehicle, ...]
