"""A migrated database kept between runs of the tests, for whoever changes tests more often than tables.

Only where ``VOLTWARD_TEST_DATABASES`` names a folder for it; elsewhere every run migrates by itself.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path
from uuid import uuid4

import voltward
from voltward.entry import postgres

_SOURCE = Path(voltward.__file__).parent
# what migrations are made of, and what they and the signals behind them read
_MADE_OF = ("*/migrations/*.py", "records/seed/*", "*/facts/*", "records/*.py", "fleet/*.py",
            "entry/settings.py", "entry/rooms.py", "entry/rights.py")  # fmt: skip


def bring(data: Path) -> None:
    """Lay the kept database into ``data``, if there is one of just these migrations."""
    if is_kept():
        subprocess.run(["cp", "-a", f"{_kept()}/.", str(data)], check=True)


def is_kept() -> bool:
    return bool(_folder()) and _kept().exists()


def keep(data: Path, server: postgres.EmbeddedPostgres) -> None:
    """Put a copy of ``data`` down for later runs; the server stands still meanwhile."""
    if not _folder():
        return
    partial = Path(_folder()) / f"partial-{uuid4().hex}"
    partial.mkdir(parents=True)
    server.stop()
    try:
        subprocess.run(["cp", "-a", f"{data}/.", str(partial)], check=True)
    finally:
        server.start()
    partial.rename(_kept())


def _folder() -> str:
    return os.environ.get("VOLTWARD_TEST_DATABASES", "")


@cache
def _kept() -> Path:
    digest = hashlib.sha256()
    for pattern in _MADE_OF:
        for path in sorted(_SOURCE.glob(pattern)):
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
    return Path(_folder()) / digest.hexdigest()[:16]
