"""The file of a package of accident data: raw frames, tables, and a manifest with the hash of each.

The manifest names every other file of the ZIP with its SHA-256; the manifest's own hash and that of the
whole ZIP stand in the office database and in the audit trail.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voltward.exchange.accident_frames import (
    Captured,
    Window,
    captured_of,
    decoded_csv,
    frames_digest,
    index_csv,
    missing_of,
)

FORMAT: Final = "voltward.accident/1"
MANIFEST: Final = "manifest.json"
INDEX: Final = "frames.csv"
RAW: Final = "raw/"
MOST_BYTES: Final = 1 << 30  # of one file inside: more is no file of ours
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)  # the same content is the same file, whenever it is made


@dataclass(frozen=True)
class Made:
    """A whole file and what its version says of it."""

    data: bytes
    sha256: str
    manifest_sha256: str
    frames_sha256: str
    missing: list[int]


@dataclass(frozen=True)
class Wrong:
    """``code``: archive, unreadable, manifest, changed, lost or added; ``name``: of the file inside."""

    code: str
    name: str = ""


def package_made(
    window: Window, frames: Sequence[Captured], unreadable: Sequence[str], facts: Mapping[str, Any]
) -> Made:
    """``facts``: what the manifest says of vehicle, version and reason; JSON. ``unreadable``: places
    of rows whose raw frame is kept nowhere any more."""
    files = {
        f"{RAW}{number:05d}-{one.frame[2]:02x}.bin": one.frame
        for number, one in enumerate(frames, 1)
    }
    files |= {INDEX: index_csv(window, frames), "decoded.csv": decoded_csv(window, frames)}
    missing = missing_of(window, frames)
    manifest = _json({
        "format": FORMAT,
        **facts,
        "window": {
            "begins_at": window.begins_at.isoformat(), "ends_at": window.ends_at.isoformat(),
            "moment": window.moment.isoformat(),
        },
        "completeness": {
            "seconds_expected": len(window.offsets),
            "seconds_there": len(window.offsets) - len(missing),
            "missing_before": [second for second in missing if second < 0],
            "missing_after": [second for second in missing if second >= 0],
            "frames": len(frames),
            "reissued": sum(one.is_reissue for one in frames),
            "rows_without_raw_frame": list(unreadable),
        },
        "files": [
            {"name": name, "octets": len(data), "sha256": sha256_of(data)}
            for name, data in files.items()
        ],
    })  # fmt: skip
    whole = _zipped({MANIFEST: manifest, **files})
    return Made(whole, sha256_of(whole), sha256_of(manifest), frames_digest(frames), missing)


def package_checked(data: bytes, *, sha256: str, manifest_sha256: str) -> list[Wrong]:
    """Every hash reckoned anew and compared; empty: not an octet has changed."""
    wrong = [] if sha256_of(data) == sha256 else [Wrong("archive")]
    try:
        return wrong + _contents_checked(data, manifest_sha256)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, TypeError,
            RuntimeError):  # fmt: skip
        return [*wrong, Wrong("unreadable")]


def _contents_checked(data: bytes, manifest_sha256: str) -> list[Wrong]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if any(one.file_size > MOST_BYTES for one in archive.infolist()):
            raise ValueError("a file of that size is none of ours")
        manifest = archive.read(MANIFEST)
        wrong = [] if sha256_of(manifest) == manifest_sha256 else [Wrong("manifest", MANIFEST)]
        named = {one["name"]: one["sha256"] for one in json.loads(manifest)["files"]}
        there = set(archive.namelist()) - {MANIFEST}
        for name, expected in named.items():
            if name not in there:
                wrong.append(Wrong("lost", name))
            elif sha256_of(archive.read(name)) != expected:
                wrong.append(Wrong("changed", name))
    return wrong + [Wrong("added", name) for name in sorted(there - set(named))]


def frames_in(data: bytes) -> list[Captured]:
    """The frames of a file, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith(RAW)]
        return captured_of(archive.read(INDEX), [archive.read(name) for name in names])


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return whole.getvalue()
