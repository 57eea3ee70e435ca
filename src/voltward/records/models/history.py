"""What every table of history events has in common."""

from __future__ import annotations

import pghistory.models


class HistoryEvent(pghistory.models.Event):
    """Events are added by triggers in the transaction of the change and never changed."""

    append_only = True

    class Meta:
        abstract = True
