"""Compiles a catalogue to the .mo format that Python's gettext reads (GNU gettext manual, 10.3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

MAGIC, REVISION, HEADER_BYTES = 0x950412DE, 0, 28


def compile_catalogue(texts: Mapping[str, str]) -> bytes:
    """``texts``: source to translation, with the header under the empty source."""
    pairs = sorted((source.encode(), target.encode()) for source, target in texts.items())
    sources_at = HEADER_BYTES
    targets_at = sources_at + 8 * len(pairs)
    position = targets_at + 8 * len(pairs)
    tables: list[bytes] = []
    strings = b""
    for column in range(2):
        for pair in pairs:
            text = pair[column]
            tables.append(struct.pack("<II", len(text), position + len(strings)))
            strings += text + b"\0"
    head = struct.pack("<IIIIIII", MAGIC, REVISION, len(pairs), sources_at, targets_at, 0, position)
    return head + b"".join(tables) + strings
