"""Checkpoint files: one folder, one file a month, lines added at the end and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from voltward.base.durable import append_durably
from voltward.records.audit_checkpoints import Line, number_of

TAIL_BYTES: Final = 1 << 20


def lines_in(folder: Path) -> Iterator[Line]:
    """Every line of a folder in the order of writing; nothing when there is no such folder."""
    for path in _files(folder):
        with path.open("rb") as file:
            for number, content in enumerate(file, 1):
                if content.strip():
                    yield Line(f"{path}:{number}", content.rstrip(b"\r\n"))


def last_line(folder: Path) -> bytes:
    """The newest whole line, b"" without one; a line that a power cut tore does not count."""
    for path in reversed(_files(folder)):
        for content in reversed(_tail(path)):
            if number_of(content):
                return content
    return b""


def lines_after(folder: Path, number: int) -> list[bytes]:
    """The whole lines of a folder whose number is higher."""
    return [line.content for line in lines_in(folder) if number_of(line.content) > number]


def add_lines(folder: Path, month: str, lines: list[bytes]) -> None:
    """Put ``lines`` at the end of the file of ``month`` (2026-11), or of the newest if that is later.

    Raises:
        OSError: they may not be on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(folder)
    path = max([folder / f"{month}.jsonl", *files[-1:]])
    append_durably(path, b"".join(line + b"\n" for line in lines))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _tail(path: Path) -> list[bytes]:
    """The last whole lines of a file; all of them when it is small."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        content = file.read()
    lines = content.split(b"\n")
    return lines if size <= TAIL_BYTES else lines[1:]
