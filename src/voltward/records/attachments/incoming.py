"""Contents on their way in: written to a local folder, measured and hashed before anybody keeps them."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voltward.base.errors import BadInput

PART_BYTES: Final = 256 * 1024
EDGE_BYTES: Final = 64 * 1024
ABANDONED_S: Final = 24 * 3600.0  # an upload that was never finished


@dataclass(frozen=True)
class Arrived:
    """A whole content that is not kept yet. ``head``, ``tail``: its first and last EDGE_BYTES."""

    path: Path
    sha256: str
    size_bytes: int
    head: bytes
    tail: bytes


class Incoming:
    """``FOLDER/incoming/``, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def arrive(self, parts: Iterable[bytes], limit_bytes: int) -> Arrived:
        path = self._made(self._folder / "incoming") / secrets.token_hex(16)
        try:
            return self._written(path, parts, limit_bytes)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    @staticmethod
    def _written(path: Path, parts: Iterable[bytes], limit_bytes: int) -> Arrived:
        digest, size, head, tail = hashlib.sha256(), 0, b"", b""
        with os.fdopen(_private(path), "wb") as file:
            for part in parts:
                size += len(part)
                if size > limit_bytes:
                    raise BadInput(f"file: more than {limit_bytes} bytes")
                digest.update(part)
                file.write(part)
                if len(head) < EDGE_BYTES:
                    head = (head + part)[:EDGE_BYTES]
                tail = (tail + part[-EDGE_BYTES:])[-EDGE_BYTES:]
            if size == 0:
                raise BadInput("file: empty")
            file.flush()
            os.fsync(file.fileno())
        return Arrived(path, digest.hexdigest(), size, head, tail)

    def discard(self, arrived: Arrived) -> None:
        arrived.path.unlink(missing_ok=True)

    def abandoned_remove(self) -> int:
        oldest, gone = time.time() - ABANDONED_S, 0
        for path in (self._folder / "incoming").glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _made(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_mode & 0o077:
            self._folder.chmod(0o700)
        return folder


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
