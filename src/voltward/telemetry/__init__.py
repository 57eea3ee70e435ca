"""The telemetry store: schema, writer, queries, archive, and the embedded store process."""

from voltward.telemetry.client import Client, connect
from voltward.telemetry.schema import migrate

__all__ = ["Client", "connect", "migrate"]
