"""Questions that may stay unanswered: a count is worth a moment, never a slow page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

T = TypeVar("T")


def hurried(ask: Callable[[], T], limit_ms: int) -> T | None:
    """What ``ask`` answers, or None when the database did not within ``limit_ms`` a statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'),"
                " set_config('statement_timeout', %s, true)",
                [f"{limit_ms}ms"],
            )
            before = cursor.fetchone()[0]
            answer = ask()
            # inside somebody's transaction the setting would outlive us
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
            return answer
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise
