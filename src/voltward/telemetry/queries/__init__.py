"""Questions to the telemetry store, each a function with a typed answer.

All read the de-duplicated rows: the same content of a time counts once, split cells are joined.
"""

from voltward.telemetry.queries.daily import DailyCellSpread, daily_cell_spread
from voltward.telemetry.queries.fleet import FleetOverview, fleet_overview
from voltward.telemetry.queries.frames import FrameRow, frame_list
from voltward.telemetry.queries.history import Gaps, History, Series, gaps, history
from voltward.telemetry.queries.latest import LatestState, latest_states
from voltward.telemetry.queries.matrix import Matrix, cell_matrix, probe_matrix
from voltward.telemetry.queries.rows import Row, rows_of

__all__ = [
    "DailyCellSpread",
    "FleetOverview",
    "FrameRow",
    "Gaps",
    "History",
    "LatestState",
    "Matrix",
    "Row",
    "Series",
    "cell_matrix",
    "daily_cell_spread",
    "fleet_overview",
    "frame_list",
    "gaps",
    "history",
    "latest_states",
    "probe_matrix",
    "rows_of",
]
