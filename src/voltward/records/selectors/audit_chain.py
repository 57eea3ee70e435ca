"""Every read of the audit chain: what waits for a seal, heads of streams, and the whole trail in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from voltward.records.audit_chain import Link, Row, Seal
from voltward.records.audit_checkpoints import StreamHead
from voltward.records.models import AuditVerification, Person

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FETCHED_ROWS: Final = 2000

# instants as microseconds since 1970 (UTC): exact, and independent of any session setting
_AT_US = "CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::bigint END"
_ROW = (
    f"r.id, {_AT_US.format('r.at')}, r.actor_id, r.maker_id, r.action, r.subject, r.result,"
    " r.before::text, r.after::text, r.address::text, r.request_number"
)
_SEAL = (
    "s.stream, s.number, s.audit_row_id, s.algorithm, s.previous_hash, s.hash,"
    f" {_AT_US.format('s.sealed_at')}"
)
_WAITING = (
    f"SELECT {_ROW} FROM records_auditwaiting w JOIN records_auditrow r ON r.id = w.row_id"
    " ORDER BY w.row_id LIMIT %s"
)
# one statement sees one state of the database: seals, rows and the queue belong together
_LINKS = (
    f"SELECT {_SEAL}, {_ROW}, w.row_id IS NOT NULL FROM records_auditseal s"
    " FULL JOIN records_auditrow r ON r.id = s.audit_row_id"
    " LEFT JOIN records_auditwaiting w ON w.row_id = r.id"
    " WHERE %s::bigint IS NULL OR coalesce(s.stream, r.maker_id, 0) = %s"
    " ORDER BY s.stream NULLS LAST, s.number, s.id"
)
_HEADS = (
    "SELECT stream, number, hash FROM unnest(%s::bigint[]) AS one(stream) CROSS JOIN LATERAL"
    " (SELECT number, hash FROM records_auditseal s WHERE s.stream = one.stream"
    " ORDER BY number DESC LIMIT 1) AS head ORDER BY stream"
)
_LATE = (
    "SELECT w.row_id FROM records_auditwaiting w JOIN records_auditrow r ON r.id = w.row_id"
    " WHERE r.at < clock_timestamp() - make_interval(secs => %s) ORDER BY w.row_id LIMIT 1000"
)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970, as the canonical form has them."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def rows_waiting(limit: int) -> list[Row]:
    """Committed rows without a seal, oldest number first."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [limit])
        return [Row(*columns) for columns in cursor.fetchall()]


def rows_late(patience_s: float) -> list[int]:
    """Numbers of rows older than ``patience_s`` that still wait for their seal, the first thousand."""
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [patience_s])
        return [row_id for (row_id,) in cursor.fetchall()]


def stream_heads(streams: Iterable[int] | None = None) -> list[StreamHead]:
    """The last seal of each stream (of all of them), in order of their numbers."""
    wanted = _all_streams() if streams is None else list(streams)
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [wanted])
        return [
            StreamHead(stream, count, bytes(hash_)) for stream, count, hash_ in cursor.fetchall()
        ]


def _all_streams() -> list[int]:
    """The installation's and every maker's: makers are few, seals are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 0 UNION SELECT id FROM records_maker")
        return [stream for (stream,) in cursor.fetchall()]


def links_of(stream: int | None = None) -> Iterator[Link]:
    """All seals with their rows by stream and number, then rows without a seal; of one stream or all."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_LINKS, [stream, stream])
        while found := cursor.fetchmany(FETCHED_ROWS):
            yield from map(_link, found)


def _link(columns: tuple[Any, ...]) -> Link:
    seal, row = columns[:7], columns[7:18]
    return Link(
        None
        if seal[0] is None
        else Seal(seal[0], seal[1], seal[2], seal[3], bytes(seal[4]), bytes(seal[5]), seal[6]),
        None if row[0] is None else Row(*row),
        columns[18],
    )


def verification_visible(actor: Person) -> QuerySet[AuditVerification]:
    """The verifications of the actor's maker's stream, newest first."""
    found = AuditVerification.objects.select_related("asked_by").filter(maker=actor.maker)
    return found.order_by("-asked_at", "-pk")


def verification_waiting() -> AuditVerification | None:
    """The next one to carry out."""
    return AuditVerification.objects.filter(ended_at=None).order_by("asked_at", "pk").first()
