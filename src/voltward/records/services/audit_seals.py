"""Sealing: chains the rows that wait, stream by stream, behind the writes and never in their way.

No action and no audit row: a seal that left a row would itself need a seal, without end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from voltward.records.audit_chain import NO_HASH, Seal, sealed, stream_of
from voltward.records.audit_keeping import keeping
from voltward.records.selectors.audit_chain import (
    EPOCH,
    microseconds,
    rows_waiting,
    stream_heads,
)

BATCH_ROWS: Final = 2000
_INSERT: Final = (
    "INSERT INTO records_auditseal"
    " (stream, number, audit_row_id, algorithm, previous_hash, hash, sealed_at)"
    " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::varchar[],"
    " %s::bytea[], %s::bytea[], %s::timestamptz[])"
)
_LOCK: Final = 0x7365616C  # "seal": one sealer at a time, whoever calls it


def audit_rows_seal() -> int:
    """Seal everything that was committed before this began; gives how many rows."""
    done = 0
    while count := _batch_sealed():
        done += count
        if count < BATCH_ROWS:
            break
    return done


def _batch_sealed() -> int:
    """One batch in one transaction: its seals stand, or its rows go on waiting."""
    algorithm = keeping().algorithm
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        rows = rows_waiting(BATCH_ROWS)
        if not rows:
            return 0
        at_us = microseconds(timezone.now())
        ends = {
            one.stream: (one.seals, one.hash) for one in stream_heads({stream_of(r) for r in rows})
        }
        seals = []
        for row in rows:
            stream = stream_of(row)
            seal = sealed(stream, ends.get(stream, (0, NO_HASH)), row, algorithm, at_us)
            ends[stream] = (seal.number, seal.hash)
            seals.append(seal)
        _keep(seals)
    return len(rows)


def _keep(seals: list[Seal]) -> None:
    """Add the seals and take their rows off the queue; as arrays, since a million may wait."""
    row_ids = [one.row_id for one in seals]
    columns: list[list[Any]] = [
        [one.stream for one in seals],
        [one.number for one in seals],
        row_ids,
        [one.algorithm for one in seals],
        [one.previous for one in seals],
        [one.hash for one in seals],
        [EPOCH + timedelta(microseconds=one.sealed_at_us or 0) for one in seals],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        cursor.execute("DELETE FROM records_auditwaiting WHERE row_id = ANY(%s)", [row_ids])
