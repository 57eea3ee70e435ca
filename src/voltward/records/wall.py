"""Whose rows this work may see: what PostgreSQL's row-level security asks, the wall behind selectors.

The value travels with the work (a context variable) and is put on a database connection before the
connection is used, so a pooled connection never carries another request's maker. It guards against
a selector that forgot its maker; somebody who may write SQL can set it.

Beside it travels whether the work only reads: then PostgreSQL's role ``READER`` does it, which may
change no duty room's record whatever the pages and services let through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import migrations

ALL = "all"  # set-up, jobs and commands work for every maker
NOBODY = "none"
SETTING = "voltward.maker"
READER = "voltward_reader"
_beyond_requests = [ALL]
_wall: ContextVar[str | None] = ContextVar("_wall", default=None)
_reads_only: ContextVar[bool] = ContextVar("_reads_only", default=False)


def closed_by_default() -> None:
    """For a process that serves requests: nothing is visible until somebody was let in."""
    _beyond_requests[0] = NOBODY


def current() -> str:
    """``all``, ``none`` or the number of a maker."""
    return _wall.get() or _beyond_requests[0]


def of(maker_id: int | None) -> str:
    """The value for a person of this maker; the installation's own account sees all."""
    return ALL if maker_id is None else str(maker_id)


def reads_only() -> bool:
    """Whether the database's own role of readers does the work in hand."""
    return _reads_only.get()


def narrow(value: str, *, reads_only: bool = False) -> None:
    """From here on, until the enclosing ``within`` ends."""
    _wall.set(value)
    _reads_only.set(reads_only)


@contextmanager
def within(value: str, *, reads_only: bool | None = None) -> Iterator[None]:
    """``value`` inside, whatever it was outside; ``reads_only`` None: as outside."""
    token = _wall.set(value)
    reading = _reads_only.set(_reads_only.get() if reads_only is None else reads_only)
    try:
        yield
    finally:
        _reads_only.reset(reading)
        _wall.reset(token)


def walled(table: str, *, append_only: bool = False, shared: bool = False) -> migrations.RunSQL:
    """A migration's step that puts a table behind the wall.

    ``append_only``: rows may be added by whoever has one to add (a refusal before anybody was let in
    is kept too); only reading is walled. ``shared``: rows of no maker are there for all to read.
    """
    mine = f"(SELECT current_setting('{SETTING}', true)) IN ('{ALL}', maker_id::text)"
    read = f"maker_id IS NULL OR {mine}" if shared else mine
    policies = [("SELECT", f"USING ({read})")]
    if append_only:
        policies.append(("INSERT", "WITH CHECK (true)"))
    else:
        policies += [
            ("INSERT", f"WITH CHECK ({mine})"),
            ("UPDATE", f"USING ({mine})"),
            ("DELETE", f"USING ({mine})"),
        ]
    making = [
        f"CREATE POLICY wall_{verb.lower()} ON {table} FOR {verb} {rule}" for verb, rule in policies
    ]
    unmaking = [f"DROP POLICY wall_{verb.lower()} ON {table}" for verb, _ in policies]
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            *making,
        ],
        [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", *unmaking],
    )
