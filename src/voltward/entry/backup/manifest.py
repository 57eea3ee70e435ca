"""What a backup holds: every file with its size and SHA-256, and the counts a restore must reach again."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from voltward.base.errors import BadInput

NAME = "manifest.json"
FORM = 1
_BLOCK = 1 << 20


@dataclass
class Manifest:
    """``files``: path inside the backup -> [octets, sha256]. ``tables``: rows of each office table.

    ``journal``: readable records of each stream. ``reached``: the processors' checkpoint of each
    stream. ``store``: rows behind those checkpoints and the sum (mod 2**64) of their unit hashes,
    which no missing, doubled or changed row leaves alone.
    """

    form: int = FORM
    voltward: str = ""
    made_at: str = ""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    journal: dict[str, int] = field(default_factory=dict)
    reached: dict[str, str] = field(default_factory=dict)
    store: dict[str, int] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Last of all, so that a backup without a manifest is an unfinished one."""
        path = folder / NAME
        with path.with_suffix(".new").open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".new").replace(path)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises BadInput when there is none or it is of another form."""
        path = folder / NAME
        if not path.is_file():
            raise BadInput(f"{folder}: no {NAME}; this is no backup or an unfinished one")
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("form") != FORM:
            raise BadInput(f"{path}: form {found.get('form')}, expected {FORM}")
        found["files"] = {name: (size, digest) for name, (size, digest) in found["files"].items()}
        return cls(**found)

    def problems(self, folder: Path) -> list[str]:
        """Files that are missing, of another size or another content; empty when the backup is whole."""
        found = []
        for name, (size, digest) in self.files.items():
            path = folder / name
            if not path.is_file():
                found.append(f"{name}: missing, expected {size} octets")
            elif path.stat().st_size != size:
                found.append(f"{name}: {path.stat().st_size} octets, expected {size}")
            elif sha256(path) != digest:
                found.append(f"{name}: content changed since the backup (SHA-256 differs)")
        return found


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def copied(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file that may still grow: what was read is what is hashed. Returns octets and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file, target.open("wb") as copy:
        os.fchmod(copy.fileno(), source.stat().st_mode & 0o777)
        while block := file.read(_BLOCK):
            digest.update(block)
            copy.write(block)
            size += len(block)
        copy.flush()
        os.fsync(copy.fileno())
    return size, digest.hexdigest()
