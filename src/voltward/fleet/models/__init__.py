"""The tables of fleet/, one file per subject."""

from voltward.fleet.models.agreements import Agreement, AgreementVersion
from voltward.fleet.models.batteries import BatteryPack, BatteryType, PackFitting, SafeBoundary
from voltward.fleet.models.owners import OwnerIdentity, OwnerPeriod
from voltward.fleet.models.parts import PartRecord, SoftwareVersion, Terminal
from voltward.fleet.models.places import ChargingSite, ServiceOutlet
from voltward.fleet.models.products import (
    Configuration,
    ControllerType,
    CurrentSignProposal,
    MotorType,
    Platform,
    VehicleModel,
)
from voltward.fleet.models.vehicles import RegistryGeneration, Vehicle

__all__ = [
    "Agreement",
    "AgreementVersion",
    "BatteryPack",
    "BatteryType",
    "ChargingSite",
    "Configuration",
    "ControllerType",
    "CurrentSignProposal",
    "MotorType",
    "OwnerIdentity",
    "OwnerPeriod",
    "PackFitting",
    "PartRecord",
    "Platform",
    "RegistryGeneration",
    "SafeBoundary",
    "ServiceOutlet",
    "SoftwareVersion",
    "Terminal",
    "Vehicle",
    "VehicleModel",
]
