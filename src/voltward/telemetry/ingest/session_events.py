"""The store's table of session events: logins, logouts, refusals, as the gateways tell them.

Like every table of the store it holds no VIN. What an event carries beside the columns is in
``detail``; the event as it was written is in the journal, at ``stream`` and ``position``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from voltward.base.vehicle_id import vehicle_id
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.batch import EventRecord
from voltward.telemetry.ingest.streams import stream_number
from voltward.telemetry.schema.columns import StoreColumn
from voltward.telemetry.schema.tables import Table, cluster_table, embedded_table

TABLE = "session_events"
UNREADABLE = "unreadable"  # event of a record that is no JSON object
REPLAY, SENT_BEFORE = "replay", "sent_before"
# Named one by one, so that no VIN gets in under another name.
_DETAIL_KEYS = frozenset(
    {
        "any",
        "check_digit_is_right",
        "command",
        "other_link",
        "other_peer",
        "other_stream",
        "platform",
        "replaced",
        "sequence",
        "sequence_matches",
        "standing",
        "stream",
    }
)

COLUMNS = (
    StoreColumn("at", "DateTime64(3, 'UTC')", "DoubleDelta, ZSTD(1)"),
    StoreColumn("vehicle_id", "UInt64", "ZSTD(1)"),  # 0: the event names no vehicle
    StoreColumn("event", "LowCardinality(String)"),
    StoreColumn("reason", "LowCardinality(String)"),
    StoreColumn("peer", "String", "ZSTD(1)"),
    StoreColumn("edition", "UInt16"),
    StoreColumn("link", "UInt32", "ZSTD(1)"),
    StoreColumn("stream", "UInt16"),
    StoreColumn("position", "UInt64", "ZSTD(1)"),
    StoreColumn("detail", "String", "ZSTD(1)"),
)
EVENTS = Table(TABLE, COLUMNS, ("at", "stream", "position"), "")

_SCHEMA = pa.schema(
    [
        ("at", pa.timestamp("ms", "UTC")),
        ("vehicle_id", pa.uint64()),
        ("event", pa.string()),
        ("reason", pa.string()),
        ("peer", pa.string()),
        ("edition", pa.uint16()),
        ("link", pa.uint32()),
        ("stream", pa.uint16()),
        ("position", pa.uint64()),
        ("detail", pa.string()),
    ]
)


def create(client: Client, cluster: str = "") -> None:
    """Make the table if it is not there.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    database = str(client.database)
    for text in cluster_table(EVENTS, cluster, database) if cluster else embedded_table(EVENTS):
        client.command(text)


def table_of(events: Sequence[EventRecord], vehicle_key: bytes) -> pa.Table:
    """Rows of the table, one per event, in the events' order, whatever stands in the events."""
    return pa.Table.from_pylist([_row(event, vehicle_key) for event in events], _SCHEMA)


def replays_of(rows: pa.Table | None) -> pa.Table:
    """An event for each row: much of what its vehicle sends has been sent before (R18)."""
    if rows is None or not rows.num_rows:
        return _SCHEMA.empty_table()
    names = ["vehicle_id", "edition", "stream", "received_at", "frame_position"]
    return pa.Table.from_pylist(
        [
            {
                "at": row["received_at"],
                "vehicle_id": row["vehicle_id"],
                "event": REPLAY,
                "reason": SENT_BEFORE,
                "peer": "",
                "edition": row["edition"],
                "link": 0,
                "stream": row["stream"],
                "position": row["frame_position"],
                "detail": "",
            }
            for row in rows.select(names).to_pylist()
        ],
        _SCHEMA,
    )


def _row(record: EventRecord, vehicle_key: bytes) -> dict[str, Any]:
    try:
        return _told(record, vehicle_key)
    except (ValueError, RecursionError):
        return _told(replace(record, body=b""), vehicle_key)


def _told(record: EventRecord, vehicle_key: bytes) -> dict[str, Any]:
    body = _body(record.body)
    vin = _text(body.get("vin"))
    detail = {key: body[key] for key in sorted(_DETAIL_KEYS & body.keys())}
    return {
        "at": record.received_ns // 1_000_000,
        "vehicle_id": vehicle_id(vin, vehicle_key) if vin else 0,
        "event": _text(body.get("event")) or UNREADABLE,
        "reason": _text(body.get("reason")),
        "peer": _text(body.get("peer")),
        "edition": _edition(body.get("edition")),
        "link": record.link,
        "stream": stream_number(record.stream),
        "position": record.position,
        "detail": _text(json.dumps(detail, ensure_ascii=False)) if detail else "",
    }


def _body(record: bytes) -> dict[str, Any]:
    try:
        body = json.loads(record)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _text(value: object) -> str:
    """JSON may hold halves of characters, which no column of text takes."""
    return str(value or "").encode("utf-8", "replace").decode()


def _edition(value: object) -> int:
    """2016, 2025, or 0 when the event tells none."""
    text = str(value or "").lstrip("Yy")
    return int(text) if text.isdecimal() and int(text) < 1 << 16 else 0
