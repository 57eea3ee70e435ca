"""Where master keys live and what is done with them: in files now, in a vault or module later.

A provider wraps data keys and computes blind indexes; master and index keys never leave it. The
commercial suite (SM4, SM3) is what GB/T 39786 assessments ask for; both can read each other's values.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from hmac import compare_digest
from pathlib import Path
from typing import Literal, Protocol

from cryptography.hazmat.primitives import hashes, hmac

from voltward.base.errors import BadSetting
from voltward.base.vehicle_id import installation_key
from voltward.records.protection.ciphers import (
    AES_256_GCM,
    ALGORITHMS,
    SM4_GCM,
    Algorithm,
    Unreadable,
    seal,
    unseal,
)

Suite = Literal["aes", "sm"]
SETTLED_NS = 1_000_000_000
_FILE = re.compile(r"(master|index|mark)-(\d{4})\.key")
_MARK = re.compile(r"(aes|sm)(\d{4}):[0-9a-f]{64}")


class CryptoProvider(Protocol):
    """What protected fields ask of whoever holds the keys."""

    @property
    def algorithm(self) -> Algorithm:
        """What new data keys are for."""
        ...

    def master(self) -> str:
        """Name of the master key that wraps new data keys."""
        ...

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """Name of the master key and the wrapped key."""
        ...

    def unwrap(self, master: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """
        Raises:
            Unreadable: the master key is not there, or the bytes are not what ``wrap`` gave.
        """
        ...

    def blind(self, text: bytes, bound_to: bytes) -> str:
        """The keyed digest of ``text`` by the present index key, named by key and digest."""
        ...

    def blind_all(self, text: bytes, bound_to: bytes) -> Sequence[str]:
        """The digests by every index key and algorithm a row may have been written with."""
        ...

    def mark(self, text: bytes) -> str:
        """The keyed digest of a row that decides who may do what; its keys serve nothing else."""
        ...

    def is_marked(self, text: bytes, mark: str) -> bool:
        """Whether ``mark`` was made here of ``text``, by any of the keys."""
        ...

    def renew_master(self) -> str:
        """Make a new master key and wrap with it from now on; the old ones still unwrap."""
        ...

    def renew_index(self) -> str:
        """Make a new index key; the old ones still search."""
        ...

    def renew_mark(self) -> str:
        """Make a new key for marks; what the old ones marked stays marked."""
        ...


class FileProvider:
    """Keys as files of 32 random bytes in one folder, 0600, made on first use."""

    def __init__(self, folder: Path, suite: Suite = "aes") -> None:
        self._folder = folder
        self._suite = suite
        self._keys: dict[str, bytes] = {}
        # as of when the folder last changed: other processes make keys too
        self._listed: tuple[int, list[re.Match[str]]] = (0, [])

    @property
    def algorithm(self) -> Algorithm:
        return SM4_GCM if self._suite == "sm" else AES_256_GCM

    def master(self) -> str:
        return self._names("master")[-1]

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        name = self.master()
        return name, seal(self.algorithm, self._of(name, self.algorithm), key, bound_to)

    def unwrap(self, master: str, wrapped: bytes, bound_to: bytes) -> bytes:
        algorithm = ALGORITHMS.get(wrapped[0]) if wrapped else None
        if algorithm is None or not _FILE.fullmatch(f"{master}.key"):
            raise Unreadable(f"master key {master}: nothing it wrapped")
        return unseal(self._of(master, algorithm), wrapped, bound_to)

    def blind(self, text: bytes, bound_to: bytes) -> str:
        return self._digest(self._names("index")[-1], self._suite, text, bound_to)

    def blind_all(self, text: bytes, bound_to: bytes) -> Sequence[str]:
        return [
            self._digest(name, suite, text, bound_to)
            for name in self._names("index")
            for suite in ("aes", "sm")
        ]

    def mark(self, text: bytes) -> str:
        return self._digest(self._names("mark")[-1], self._suite, text, b"")

    def is_marked(self, text: bytes, mark: str) -> bool:
        named = _MARK.fullmatch(mark)
        if named is None or f"mark-{named[2]}" not in self._names("mark"):
            return False
        made = self._digest(f"mark-{named[2]}", named[1], text, b"")
        return compare_digest(made, mark)

    def renew_master(self) -> str:
        return self._renewed("master")

    def renew_index(self) -> str:
        return self._renewed("index")

    def renew_mark(self) -> str:
        return self._renewed("mark")

    def _digest(self, name: str, suite: str, text: bytes, bound_to: bytes) -> str:
        mac = hmac.HMAC(self._read(name), hashes.SM3() if suite == "sm" else hashes.SHA256())
        mac.update(bound_to + text)
        return f"{suite}{name.rpartition('-')[2]}:{mac.finalize().hex()}"

    def _of(self, name: str, algorithm: Algorithm) -> bytes:
        """The key of one algorithm: one secret is never used with two of them."""
        label = f"{name}:{algorithm.name}".encode()
        return hashlib.blake2b(
            label, key=self._read(name), digest_size=algorithm.key_bytes
        ).digest()

    def _names(self, kind: str) -> list[str]:
        """Every key of a kind, oldest first; the first one is made on first use."""
        changed = self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0
        # a folder that changed just now may change again within one tick of its clock
        if self._listed[0] != changed or time.time_ns() - changed < SETTLED_NS:
            names = sorted(path.name for path in self._folder.iterdir())
            self._listed = changed, [match for name in names if (match := _FILE.fullmatch(name))]
        found = [match[0].removesuffix(".key") for match in self._listed[1] if match[1] == kind]
        return found or [self._made(f"{kind}-0001")]

    def _renewed(self, kind: str) -> str:
        newest = int(self._names(kind)[-1].rpartition("-")[2])
        return self._made(f"{kind}-{newest + 1:04d}")

    def _made(self, name: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._folder.stat().st_mode & 0o077:
            self._folder.chmod(0o700)
        self._keys[name] = installation_key(self._folder / f"{name}.key")
        return name

    def _read(self, name: str) -> bytes:
        if name not in self._keys:
            path = self._folder / f"{name}.key"
            if not path.is_file():
                # making one here would only hide that the old one is lost
                raise Unreadable(
                    f"key {name}: not in {self._folder.name}/; restore it from a backup"
                )
            self._keys[name] = installation_key(path)
        return self._keys[name]


def _none() -> CryptoProvider:
    raise BadSetting("no crypto provider was handed in")


_source: list[Callable[[], CryptoProvider]] = [_none]


def hand_in_provider(source: Callable[[], CryptoProvider]) -> None:
    """``source`` gives the provider of this installation; ``entry/`` hands it in at start."""
    _source[0] = source


def provider() -> CryptoProvider:
    return _source[0]()
