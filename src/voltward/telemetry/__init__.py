"""The telemetry store: schema, writer, queries, archive, and the embedded store process."""

from voltward.telemetry.client import Client, connect

__all__ = ["Client", "connect"]
