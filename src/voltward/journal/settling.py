"""Bring streams to rest that nobody writes any more: after a crash, or with fewer gateways."""

from pathlib import Path

from voltward.base.clock import Clock
from voltward.journal.errors import JournalLocked
from voltward.journal.files import Files, OsFiles
from voltward.journal.marker import MARKER_NAME
from voltward.journal.options import JournalOptions
from voltward.journal.recovery import Recovery
from voltward.journal.writer import JournalWriter

_NO_RESERVE = JournalOptions(reserve_share=0.0)


def settle_streams(
    folder: Path | str, files: Files | None = None, clock: Clock | None = None
) -> dict[str, Recovery]:
    """Recover every stream that has no writer, and finish its last segment, so that followers see
    all that was answered and a keeper may seal it. To be called before the writers start: after a
    power loss the committed word of a stream may promise less than is there.

    Raises:
        JournalFull, JournalBroken: the disk did not allow it.
    """
    disk: Files = files or OsFiles()
    done: dict[str, Recovery] = {}
    for name in disk.names(str(folder)):
        if MARKER_NAME not in disk.names(f"{folder}/{name}"):
            continue
        try:
            with JournalWriter(folder, name, _NO_RESERVE, disk, clock) as writer:
                done[name] = writer.recovery
                writer.seal()
        except JournalLocked:
            continue
    return done
