"""Puts the wall's present value on a connection before each statement that would meet another.

And names the setting that pgtrigger asks for in every trigger call: where it is missing, each call
ends a subtransaction by an error, which costs more the longer the transaction's queue of checks is
(100,000 new vehicles: minutes).
"""

from __future__ import annotations

import logging
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from voltward.records import wall

_NOTHING_IGNORED = "-c pgtrigger.ignore={}"
_log = logging.getLogger(__name__)
_MAY_TAKE_ON = "SELECT pg_has_role(session_user, oid, 'SET') FROM pg_roles WHERE rolname = %s"


# The stubs leave out the hooks that Django itself calls: hence "misc" below.
class DatabaseWrapper(base.DatabaseWrapper):
    """The value last set is noted on the connection itself, as connections come from a pool."""

    _has_reader: bool | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["options"] = f"{params.get('options', '')} {_NOTHING_IGNORED}".strip()
        return params

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        self._put_wall()
        return super()._cursor(name)  # type: ignore[misc]

    def _put_wall(self) -> None:
        wanted, connection = (wall.current(), self._role()), self.connection
        if getattr(connection, "voltward_wall", None) != wanted:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config(%s, %s, false), set_config('role', %s, false)",
                    [wall.SETTING, *wanted],
                )
            connection.voltward_wall = wanted

    def _role(self) -> str:
        """The role that does the work; a database whose keeper made no role of readers has none."""
        if not wall.reads_only():
            return "none"
        if self._has_reader is None:
            with self.connection.cursor() as cursor:
                found = cursor.execute(_MAY_TAKE_ON, [wall.READER]).fetchone()
            self._has_reader = found is not None and bool(found[0])
            if not self._has_reader:
                _log.warning(
                    "no role %s: people who only read are held by services alone", wall.READER
                )
        return wall.READER if self._has_reader else "none"

    def _forget_wall(self) -> None:
        """What was set inside a transaction is gone with it."""
        if self.connection is not None:
            self.connection.voltward_wall = None

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._forget_wall()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._forget_wall()

    def _close(self) -> None:
        if self.connection is not None and not self.connection.closed:
            status = self.connection.info.transaction_status
            if status != TransactionStatus.IDLE:
                self._forget_wall()  # the pool rolls it back
        super()._close()  # type: ignore[misc]
