"""Tells how far a run is, over a connection of its own: the work itself is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

EVERY_S = 0.5
Tell = Callable[[int], None]


class _Progress:
    def __init__(self, run_id: int, tell: Tell | None) -> None:
        self.run_id, self.tell = run_id, tell
        self.own: BaseDatabaseWrapper | None = None
        self.due_s = time.monotonic() + EVERY_S

    def __call__(self, done_rows: int) -> None:
        if self.tell is not None:
            self.tell(done_rows)
        if time.monotonic() < self.due_s:
            return
        self.due_s = time.monotonic() + EVERY_S
        if self.own is None:
            self.own = connection.copy()
        with self.own.cursor() as cursor:
            cursor.execute(
                "UPDATE records_importprogress SET done_rows = %s, told_at = now()"
                " WHERE run_id = %s",
                [done_rows, self.run_id],
            )


@contextmanager
def progress_of(run_id: int, tell: Tell | None = None) -> Iterator[Tell]:
    """``tell`` hears every number at once; pages see one twice a second."""
    progress = _Progress(run_id, tell)
    try:
        yield progress
    finally:
        if progress.own is not None:
            progress.own.close()
