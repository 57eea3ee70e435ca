"""Attachments in an S3-compatible store: the client is Arrow's (AWS SDK), which the platform has anyway.

A content is uploaded from the disk, where it was hashed, and hashed again on its way back: a store
that altered it never hands it out whole.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pyarrow import fs

from voltward.base.errors import BadSetting, NotFound, Refused
from voltward.records.attachments.incoming import PART_BYTES, Arrived, Incoming

CONNECT_S: Final = 5.0
AHEAD_BYTES: Final = 4 << 20  # what one request to the store reads
_log = logging.getLogger(__name__)


class StorageAway(Refused):
    """The store does not answer, refuses us, or gave back something else than was kept."""

    code = "attachments_away"


@dataclass(frozen=True)
class Bucket:
    """``endpoint``: ``https://host:port``; empty: AWS itself. ``prefix`` ends in no slash."""

    name: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    endpoint: str = ""
    prefix: str = ""
    certificates: Path | None = None

    def __repr__(self) -> str:
        return f"Bucket({self.endpoint}/{self.name}/{self.prefix})"  # never the secret

    def client(self) -> fs.S3FileSystem:
        """
        Raises:
            BadSetting: the endpoint is no address, or sends what we keep in the clear to another host.
        """
        address = urlsplit(self.endpoint or "https://")
        if address.scheme not in ("http", "https") or address.path.strip("/"):
            raise BadSetting(f"attachment_s3_endpoint: {self.endpoint}; https://HOST:PORT expected")
        if address.scheme == "http" and address.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise BadSetting(f"attachment_s3_endpoint: {self.endpoint}; http is for this host only")
        given: dict[str, Any] = {"tls_ca_file_path": str(self.certificates)}
        return fs.S3FileSystem(
            access_key=self.access_key, secret_key=self.secret_key, region=self.region,
            scheme=address.scheme, endpoint_override=address.netloc or None,
            connect_timeout=CONNECT_S, background_writes=False,
            **(given if self.certificates else {}),
        )  # fmt: skip


class S3Storage(Incoming):
    """``BUCKET/PREFIX/ab/abcd...``; arrivals and files to scan lie in ``folder`` for a while."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        super().__init__(folder)
        self._bucket = bucket
        self._client = bucket.client()

    def keep(self, arrived: Arrived) -> None:
        """
        Raises:
            StorageAway: it is not there whole; what arrived stays for ``discard``.
        """
        if self._size(arrived.sha256) != arrived.size_bytes:
            self._upload(arrived)
        arrived.path.unlink()

    def parts(self, sha256: str) -> Iterator[bytes]:
        with self._told(sha256):
            stream = self._client.open_input_stream(self._key(sha256), buffer_size=AHEAD_BYTES)
        return self._checked(sha256, stream)

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        parts = self.parts(sha256)
        arrived = self.arrive(parts, 1 << 63)
        try:
            yield arrived.path
        finally:
            self.discard(arrived)

    def names(self) -> Iterator[str]:
        """One shard of 256 is in memory at a time."""
        for shard in range(256):
            found = fs.FileSelector(f"{self._root()}/{shard:02x}", allow_not_found=True)
            with self._told("names"):
                infos = self._client.get_file_info(found)
            for info in infos:
                if info.type == fs.FileType.File and len(info.base_name) == 64:
                    yield info.base_name

    def remove(self, sha256: str) -> None:
        if self._size(sha256) is not None:
            with self._told(sha256):
                self._client.delete_file(self._key(sha256))

    def _upload(self, arrived: Arrived) -> None:
        """Whatever goes wrong, no half of a content stays under its name."""
        key = self._key(arrived.sha256)
        try:
            with (
                self._told(arrived.sha256),
                arrived.path.open("rb") as file,
                self._client.open_output_stream(key) as stream,
            ):
                while part := file.read(PART_BYTES):
                    stream.write(part)
            if (size := self._size(arrived.sha256)) != arrived.size_bytes:
                raise StorageAway(f"{key}: {size} bytes kept, {arrived.size_bytes} were sent")
        except BaseException:
            self._half_removed(arrived.sha256)
            raise

    def _half_removed(self, sha256: str) -> None:
        try:
            self.remove(sha256)
        except StorageAway as error:
            _log.warning("what was uploaded of %s may be left: %s", sha256, error)

    def _checked(self, sha256: str, stream: Any) -> Iterator[bytes]:
        """The last part waits until the whole is known to be right."""
        digest, held = hashlib.sha256(), b""
        with self._told(sha256), stream:
            while part := stream.read(PART_BYTES):
                digest.update(part)
                if held:
                    yield held
                held = part
        if digest.hexdigest() != sha256:
            _log.error("content %s: the store gave back %s", sha256, digest.hexdigest())
            raise StorageAway(f"content {sha256}: the store gave back something else")
        yield held

    def _size(self, sha256: str) -> int | None:
        """Octets kept under this name; None: nothing."""
        with self._told(sha256):
            info = self._client.get_file_info(self._key(sha256))
        size: int | None = info.size if info.type == fs.FileType.File else None
        return size

    def _root(self) -> str:
        return "/".join(part for part in (self._bucket.name, self._bucket.prefix) if part)

    def _key(self, sha256: str) -> str:
        return f"{self._root()}/{sha256[:2]}/{sha256}"

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """The client's errors in our words: not there, or away with its reason."""
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound(f"content {what}") from error
        except OSError as error:
            raise StorageAway(f"{self._bucket!r}: {what}: {error}") from error
