"""A seeded fleet: cars that drive, charge and park, and the values they would report."""

from voltward.simulator.fleet.cars import Car, roster
from voltward.simulator.fleet.model import Fleet
from voltward.simulator.fleet.reports import Report, Reports, encode

__all__ = ["Car", "Fleet", "Report", "Reports", "encode", "roster"]
