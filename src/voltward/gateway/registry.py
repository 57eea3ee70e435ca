"""Which vehicles and client platforms may speak: a snapshot file, mapped into memory.

The office writes it, every gateway process maps it and looks again every second or two; nobody
asks a database. Layout, all little-endian: header of 64 bytes (magic, generation u8, counts
u4 of vehicles, WMIs and bytes of accounts, CRC-32 of all else u4), VINs in rising order
``(n, 17)``, padding to 8, platform numbers u2 ``(n,)``, flags u1 ``(n,)``, WMIs of 3 bytes,
accounts as JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.base.durable import sync_folder, write_durably
from voltward.base.errors import BadInput
from voltward.base.vin import VIN_LENGTH
from voltward.gateway.kernels.search import find_vin
from voltward.gateway.secret_hash import PlatformAccount

MAGIC = b"VWREG\x00\x00\x01"
_HEADER = struct.Struct("<8sQIIII32x")
_CHECKSUM_AT = 28
REGISTERED = 1  # without it the office knows the VIN, but has not put it on file
ENROLLED = 2  # the vehicle has a key: only a login that proves it may replace a living session


class RegistryEntry(NamedTuple):
    """One vehicle. ``platform``: number of the client platform that reports it, 0 for none."""

    vin: str
    flags: int = REGISTERED
    platform: int = 0


def _none(kind: str) -> NDArray[Any]:
    """An empty column, read-only like a mapped one: the kernels then see one type only."""
    return np.frombuffer(b"", kind)


@dataclass(frozen=True, slots=True, eq=False)
class RegistrySnapshot:
    """Vehicles in rising order of VIN: uint8 ``(n, 17)``, uint16 ``(n,)``, uint8 ``(n,)``."""

    generation: int = 0
    vins: NDArray[np.uint8] = field(default_factory=lambda: _none("u1").reshape(0, VIN_LENGTH))
    platforms: NDArray[np.uint16] = field(default_factory=lambda: _none("<u2"))
    flags: NDArray[np.uint8] = field(default_factory=lambda: _none("u1"))
    wmis: frozenset[str] = frozenset()
    accounts: dict[str, PlatformAccount] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> RegistrySnapshot:
        """Map the file; it may be replaced or deleted afterwards.

        Raises:
            FileNotFoundError: no snapshot yet.
            BadInput: not a snapshot, cut short or damaged.
        """
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _HEADER.size:
                raise BadInput(f"{path}: {size} bytes, expected at least {_HEADER.size}")
            data = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        magic, generation, vehicles, wmis, accounts, checksum = _HEADER.unpack_from(data)
        platforms_at, flags_at, wmis_at, accounts_at = _places(vehicles, wmis)
        if magic != MAGIC or accounts_at + accounts != size:
            raise BadInput(f"{path}: not a registry snapshot of this version, or cut short")
        if _checksum(data) != checksum:
            raise BadInput(f"{path}: checksum does not match")
        vins = np.frombuffer(data, np.uint8, vehicles * VIN_LENGTH, _HEADER.size)
        text = data[wmis_at:accounts_at].decode("ascii")
        rows = json.loads(data[accounts_at:]) if accounts else []
        return cls(
            generation,
            vins.reshape(vehicles, VIN_LENGTH),
            np.frombuffer(data, "<u2", vehicles, platforms_at),
            np.frombuffer(data, np.uint8, vehicles, flags_at),
            frozenset(text[at : at + 3] for at in range(0, len(text), 3)),
            {row["name"]: PlatformAccount(**row) for row in rows},
        )

    def find(self, vin: bytes) -> int:
        """Row of a VIN of 17 bytes, or -1."""
        if len(self.vins) == 0 or len(vin) != VIN_LENGTH:
            return -1
        return int(find_vin(self.vins, np.frombuffer(vin, np.uint8)))


def write_snapshot(
    path: Path,
    entries: Iterable[tuple[str, int] | tuple[str, int, int]],
    wmis: Iterable[str],
    generation: int,
    accounts: Sequence[PlatformAccount] = (),
) -> None:
    """Replace the snapshot in one step; whoever has the old one mapped keeps it.

    ``entries``: rows of (vin, flags, platform), in any order.

    Raises:
        BadInput: a VIN that is not 17 ASCII characters or comes twice, a WMI that is not 3.
    """
    rows = sorted(RegistryEntry(*entry) for entry in entries)
    codes = sorted(set(wmis))
    _check(rows, codes)
    platforms_at, flags_at, wmis_at, accounts_at = _places(len(rows), len(codes))
    body = bytearray(accounts_at)
    body[_HEADER.size : _HEADER.size + len(rows) * VIN_LENGTH] = "".join(
        row.vin for row in rows
    ).encode("ascii")
    body[platforms_at:flags_at] = np.array([row.platform for row in rows], "<u2").tobytes()
    body[flags_at:wmis_at] = bytes(row.flags for row in rows)
    body[wmis_at:accounts_at] = "".join(codes).encode("ascii")
    texts = json.dumps([asdict(account) for account in accounts]).encode() if accounts else b""
    body += texts
    facts = (MAGIC, generation, len(rows), len(codes), len(texts))
    _HEADER.pack_into(body, 0, *facts, 0)
    _HEADER.pack_into(body, 0, *facts, _checksum(body))
    _replace(path, bytes(body))


def _checksum(data: bytearray | mmap.mmap) -> int:
    """Of everything but the field that holds it."""
    with memoryview(data) as view:
        return zlib.crc32(view[_CHECKSUM_AT + 4 :], zlib.crc32(view[:_CHECKSUM_AT]))


def _check(rows: list[RegistryEntry], wmis: list[str]) -> None:
    for before, row in zip([None, *rows], rows, strict=False):
        if len(row.vin) != VIN_LENGTH or not row.vin.isascii():
            raise BadInput(f"vin: found {row.vin!r}, expected 17 ASCII characters")
        if before is not None and before.vin == row.vin:
            raise BadInput(f"vin: {row.vin} comes twice")
    for code in wmis:
        if len(code) != 3 or not code.isascii():
            raise BadInput(f"wmi: found {code!r}, expected 3 ASCII characters")


def _places(vehicles: int, wmis: int) -> tuple[int, int, int, int]:
    """Where platforms, flags, WMIs and accounts begin."""
    platforms = -(-(_HEADER.size + vehicles * VIN_LENGTH) // 8) * 8
    flags = platforms + 2 * vehicles
    return platforms, flags, flags + vehicles, flags + vehicles + 3 * wmis


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_durably(fresh, data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
