"""Work the store does for itself: merge months that no longer receive rows into one part each.

A partition of one merged part needs no de-duplication while reading, which is most of what
a query over the de-duplicated view would otherwise pay for.
"""

import threading

import structlog

from voltward.telemetry.store.engine import Engine
from voltward.telemetry.store.errors import StoreError

_log = structlog.get_logger("voltward.store")
# Quiet: nothing arrives for that month now. A late frame makes a new part, and the month is merged
# again; the larger it is the longer that waits, so that single late frames do not keep the disk
# busy (10 MB a second of quiet: a month of 80 GB after two hours).
_SCATTERED = """
SELECT database, table, partition_id FROM system.parts
WHERE active AND engine LIKE '%ReplacingMergeTree'
GROUP BY database, table, partition_id
HAVING (count() > 1 OR min(level) = 0)
    AND dateDiff('second', max(modification_time), now())
        >= greatest({quiet_s}, intDiv(sum(bytes_on_disk), 10000000))
ORDER BY sum(bytes_on_disk) LIMIT 8
"""


class Maintenance:
    """A thread that looks every ``every_s`` seconds for partitions worth merging."""

    def __init__(self, engine: Engine, every_s: float = 60.0, quiet_s: int = 600) -> None:
        self._engine = engine
        self._every_s = every_s
        self._quiet_s = quiet_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="store-maintenance", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> bool:
        """Begin nothing more and wait for the merge that runs; False: it still does."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def once(self) -> int:
        """Merge what is due now; how many partitions were merged."""
        merged = 0
        found = self._engine.query(_SCATTERED.format(quiet_s=self._quiet_s)).decode()
        for line in found.splitlines():
            if self._stopping.is_set():
                break
            database, table, partition = line.split("\t")
            self._engine.query(
                f"OPTIMIZE TABLE `{database}`.`{table}` PARTITION ID '{partition}' FINAL",
                max_execution_time="0",
            )
            merged += 1
        return merged

    def _loop(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self.once()
            except StoreError as error:
                # A failed merge costs time in later queries, never rows: say so and go on.
                _log.warning("store maintenance failed", error=str(error))
