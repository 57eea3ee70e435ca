"""The counts by which a restore is judged."""

from collections.abc import Mapping
from pathlib import Path

from clickhouse_connect.driver.exceptions import Error

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.verify import verify
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.streams import stream_number
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import PIECES, ROWS

# FINAL: two rows of one key are one row; what a merge drops must not change the figures.
_COUNTS = (
    f"{select(('frame_position',))} count(), sum(unit_hash) FROM {{table}} FINAL WHERE {{behind}}"
)


def store_counts(settings: Settings, reached: Mapping[str, str]) -> dict[str, int]:
    """Rows behind the checkpoints ``reached`` and the sum (mod 2**64) of their hashes.

    Empty when the store is away. Rows beyond the checkpoints come and go while others work; those
    behind them are settled.
    """
    try:
        client = places.store_client(settings)
    except (places.StoreNotThere, Error):
        return {}
    try:
        return counts_of(client, reached)
    finally:
        client.close()


def counts_of(client: Client, reached: Mapping[str, str]) -> dict[str, int]:
    """The same, of a store that is there."""
    parts = []
    for text in reached.values():
        position = Position.parse(text)
        parts.append(
            f"(stream = {stream_number(position.stream)} AND frame_position < {position.number})"
        )
    behind = " OR ".join(parts) or "0"
    rows = hashes = 0
    for table in (ROWS, PIECES):
        found = client.query(_COUNTS.format(table=table, behind=behind)).result_rows[0]
        rows, hashes = rows + int(found[0]), hashes + int(found[1])
    return {"rows": rows, "hashes": hashes % 2**64}


def journal_records(journal: Path, settings: Settings) -> dict[str, int]:
    """Readable records of each stream, every checksum checked."""
    with JournalReader(journal) as reader:
        streams = reader.streams()
    keys = places.journal_keys(settings)
    return {
        name: sum(report.records for report in verify(journal, name, keys=keys)) for name in streams
    }
