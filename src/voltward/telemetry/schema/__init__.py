"""The store's schema, made from the columns of the protocol tables."""

from voltward.telemetry.schema.columns import BY_NAME, READ, ROW, StoreColumn
from voltward.telemetry.schema.migrate import migrate
from voltward.telemetry.schema.tables import LATEST, PIECES, ROWS

__all__ = ["BY_NAME", "LATEST", "PIECES", "READ", "ROW", "ROWS", "StoreColumn", "migrate"]
