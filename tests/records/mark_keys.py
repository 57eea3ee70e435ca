"""The keys that the migrated database's rows are marked with, for tests that bring keys of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings


def mark_keys_kept(folder: Path) -> Path:
    """``folder`` with the installation's mark keys in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in (settings.VOLTWARD.data / "keys").glob("mark-*.key"):
        shutil.copy2(key, folder / key.name)
    return folder
