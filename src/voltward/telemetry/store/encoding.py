"""Content-Encoding of HTTP bodies, both ways: gzip, deflate, lz4 and zstd."""

import zlib
from collections.abc import Iterable
from typing import cast

import pyarrow as pa

from voltward.telemetry.store.errors import BAD_ARGUMENTS, NOT_IMPLEMENTED, StoreError

_ARROW = ("zstd", "lz4")
_WORTH_IT = 1024  # bytes; below it a packed body gains nothing


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """``body`` as it was before ``encoding``.

    Raises:
        StoreError: an encoding that is not spoken, broken data, or more than ``limit`` bytes.
    """
    if encoding in ("", "identity"):
        return body
    try:
        if encoding in ("gzip", "deflate"):
            plain = zlib.decompressobj(wbits=47).decompress(body, limit + 1)  # 47: either header
        elif encoding in _ARROW:
            with pa.CompressedInputStream(pa.BufferReader(body), encoding) as stream:
                plain = cast("bytes", stream.read(limit + 1))
        else:
            raise StoreError.made(NOT_IMPLEMENTED, f"Unknown Content-Encoding {encoding[:40]!r}")
    except (zlib.error, OSError, pa.ArrowException) as error:
        raise StoreError.made(BAD_ARGUMENTS, f"Broken {encoding} body: {error}") from error
    if len(plain) > limit:
        raise StoreError.made(BAD_ARGUMENTS, f"Body of more than {limit} bytes after {encoding}")
    return plain


def packed(body: bytes, accepted: Iterable[str]) -> tuple[bytes, str]:
    """``body`` and the encoding chosen among those ``accepted``; "" when it stays as it is."""
    wanted = {name.strip().partition(";")[0].lower() for name in accepted}
    if len(body) < _WORTH_IT:
        return body, ""
    for encoding in _ARROW:
        if encoding in wanted:
            sink = pa.BufferOutputStream()
            with pa.CompressedOutputStream(sink, encoding) as stream:
                stream.write(body)
            return sink.getvalue().to_pybytes(), encoding
    if "gzip" in wanted:
        packer = zlib.compressobj(level=1, wbits=31)
        return packer.compress(body) + packer.flush(), "gzip"
    return body, ""
