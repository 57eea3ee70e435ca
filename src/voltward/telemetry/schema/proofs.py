"""The columns of the table of proofs: what became of a frame on a link to a public platform.

The key is that of a row (vehicle, collection time, hash of the data unit) with the link in front,
so a content that was sent again is the same proof, and rows and proofs can be told apart by key.
"""

from voltward.telemetry.schema.columns import StoreColumn

# ``day``: of the collection time, Beijing; 1970-01-01 where the vehicle told none. ``version``:
# an accepted content stays accepted, else the newest outcome wins. ``proof``: where it stands on
# the proof stream. ``stream``, ``position``: of the frame. ``known_ms``: when the outcome was known.
COLUMNS = (
    StoreColumn("day", "Date"),
    StoreColumn("link", "LowCardinality(String)"),
    StoreColumn("vehicle_id", "UInt64", "ZSTD(1)"),
    StoreColumn("collected_at", "DateTime('UTC')", "DoubleDelta, ZSTD(1)"),
    StoreColumn("unit_hash", "UInt64", "NONE"),
    StoreColumn("version", "UInt64", "Delta, ZSTD(1)"),
    StoreColumn("proof", "UInt64", "Delta, ZSTD(1)"),
    StoreColumn("stream", "UInt16", "ZSTD(1)"),
    StoreColumn("position", "UInt64", "Delta, ZSTD(1)"),
    StoreColumn("command", "UInt8", "ZSTD(1)"),
    StoreColumn("outcome", "UInt8", "ZSTD(1)"),
    StoreColumn("flag", "UInt8", "ZSTD(1)"),
    StoreColumn("tries", "UInt8", "ZSTD(1)"),
    StoreColumn("lost", "UInt16", "ZSTD(1)"),
    StoreColumn("sent_ms", "UInt64", "DoubleDelta, ZSTD(1)"),
    StoreColumn("answered_ms", "UInt64", "DoubleDelta, ZSTD(1)"),
    StoreColumn("known_ms", "UInt64", "DoubleDelta, ZSTD(1)"),
)
