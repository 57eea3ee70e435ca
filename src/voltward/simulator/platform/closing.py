"""A file that keeps a platform closed: others stop and start it so, and no process is signalled."""

from pathlib import Path

from voltward.simulator.files import write_whole


def close(file: Path) -> None:
    """Ask the platform that looks at ``file`` to hang up and to let nobody in."""
    write_whole(file, "")


def open_again(file: Path) -> None:
    file.unlink(missing_ok=True)


def is_closed(file: Path) -> bool:
    """What was asked last; the platform follows within a second."""
    return file.exists()
