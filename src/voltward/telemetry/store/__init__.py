"""The embedded telemetry store: a process that owns a chDB folder and speaks ClickHouse's HTTP."""

from voltward.telemetry.store.errors import StoreInUse
from voltward.telemetry.store.serve import StoreOptions, run, serve

__all__ = ["StoreInUse", "StoreOptions", "run", "serve"]
