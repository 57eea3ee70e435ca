"""Uploaded files, named by their SHA-256 under DATA/imports; entry/ hands folder and limits in."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from voltward.base.durable import sync_folder
from voltward.base.errors import BadSetting
from voltward.pages.imports.reading import too_large
from voltward.pages.imports.words import BadFile
from voltward.pages.imports.workbook_guard import Limits


def _none() -> tuple[Path, Limits]:
    raise BadSetting("the folder of imports was not handed in")


_source: list[Callable[[], tuple[Path, Limits]]] = [_none]


def hand_in_folder(source: Callable[[], tuple[Path, Limits]]) -> None:
    """``source`` gives the folder (made when needed) and the limits of its files."""
    _source[0] = source


def limits() -> Limits:
    return _source[0]()[1]


def path_of(sha256: str) -> Path:
    return _source[0]()[0] / sha256


def errors_path(run_id: int) -> Path:
    """Where the workbook of a run's refused rows lies."""
    return _source[0]()[0] / f"errors-{run_id}.xlsx"


def keep(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write an upload to disk piece by piece; gives its SHA-256 and size.

    On return it is on disk under that name. The same content is kept once.

    Raises:
        BadFile: it is larger than the limit; nothing is left of it.
    """
    folder, most = _source[0]()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    fresh = folder / f".{secrets.token_hex(8)}.fresh"
    try:
        with fresh.open("xb") as file:
            for piece in pieces:
                size += len(piece)
                if size > most.file_bytes:
                    raise too_large(size, most)
                digest.update(piece)
                file.write(piece)
            if size == 0:
                raise BadFile("file_empty")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / digest.hexdigest())
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(folder)
    return digest.hexdigest(), size
