"""The chain of the audit trail: one canonical form, its hashes, and a verifier that is a pure function.

The form (``FORM``) is written down in docs/audit.md: an auditor can compute every hash without this code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from cryptography.hazmat.primitives import hashes

FORM: Final = "voltward-audit-1"
NO_HASH: Final = bytes(32)  # what the first seal of a stream follows
INSTALLATION_STREAM: Final = 0  # rows of no maker; a maker's stream bears its number

Code = Literal[
    "edited", "row_missing", "row_twice", "stream", "number", "previous", "algorithm",
    "not_sealed", "late", "checkpoint", "cut", "uncovered", "no_checkpoint",
    "line", "line_order", "line_previous", "signature", "root", "key",
]  # fmt: skip


class Row(NamedTuple):
    """One audit row, every column of it; ``before``, ``after`` and ``address`` as PostgreSQL's text."""

    id: int
    at_us: int | None
    actor_id: int | None
    maker_id: int | None
    action: str
    subject: str
    result: str
    before: str
    after: str
    address: str | None
    request_number: str


class Seal(NamedTuple):
    """One link of a stream's chain; ``number`` counts from 1 without gaps."""

    stream: int
    number: int
    row_id: int
    algorithm: str
    previous: bytes
    hash: bytes
    sealed_at_us: int | None


class Link(NamedTuple):
    """A seal and its row; without a seal ``waiting`` says that the sealer knows of the row."""

    seal: Seal | None
    row: Row | None
    waiting: bool = False


class Head(NamedTuple):
    """What a signed checkpoint says of a stream: its ``count``-th seal has this hash."""

    hash: bytes
    checkpoint: int


class Finding(NamedTuple):
    """One thing that is not as it was sealed. ``stream`` None: it concerns all of them."""

    code: Code
    stream: int | None
    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}"


def _sm3(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"sha256": _sha256, "sm3": _sm3}


def netstrings(values: Iterable[object]) -> bytes:
    """Each value as text, ``LENGTH:UTF-8,``; None as ``~,``: no two lists give the same bytes."""
    parts = []
    for value in values:
        if value is None:
            parts.append("~,")
        else:
            text = str(value)
            octets = len(text) if text.isascii() else len(text.encode())
            parts.append(f"{octets}:{text},")
    return "".join(parts).encode()


def canonical(seal: Seal, row: Row) -> bytes:
    """The bytes a seal's hash is computed from: the seal's own columns, then all of its row's."""
    own = (FORM, seal.algorithm, seal.stream, seal.number, seal.previous.hex(), seal.sealed_at_us)
    return netstrings(own + row)


def seal_hash(seal: Seal, row: Row) -> bytes:
    return DIGESTS[seal.algorithm](canonical(seal, row))


def sealed(stream: int, after: tuple[int, bytes], row: Row, algorithm: str, at_us: int) -> Seal:
    """The seal of ``row`` behind the head ``after`` (number, hash) of its stream."""
    number, previous = after
    bare = Seal(stream, number + 1, row.id, algorithm, previous, b"", at_us)
    return bare._replace(hash=seal_hash(bare, row))


def stream_of(row: Row) -> int:
    return row.maker_id or INSTALLATION_STREAM


class _SeenRows:
    """Which row ids came by already, one bit each, so that a million rows take little memory."""

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}

    def again(self, row_id: int) -> bool:
        """Whether ``row_id`` was here before; from now on it was."""
        block = self._blocks.setdefault(row_id >> 12, bytearray(512))
        place, bit = (row_id >> 3) & 511, 1 << (row_id & 7)
        was = bool(block[place] & bit)
        block[place] |= bit
        return was


@dataclass
class Chains:
    """The verifier's memory while links go by, and what it counted.

    ``heads``: what checkpoints say, by stream and number. ``uncovered_before_us``: a seal older than
    this must lie under a checkpoint; None: not asked.
    """

    heads: Mapping[tuple[int, int], Head] = field(default_factory=dict)
    uncovered_before_us: int | None = None
    rows: int = 0
    seals: int = 0

    def __post_init__(self) -> None:
        self._seen = _SeenRows()
        self._tops: dict[int, int] = {}
        for stream, number in self.heads:
            self._tops[stream] = max(number, self._tops.get(stream, 0))
        self._ends: dict[int, int] = {}
        self._after: tuple[int, bytes] = (0, NO_HASH)
        self._stream: int | None = None

    def verify(self, links: Iterable[Link]) -> Iterator[Finding]:
        """What is wrong with ``links``, ordered by stream and number, those without a seal last."""
        for seal, row, waiting in links:
            self.rows += row is not None
            if seal is None:
                if row is not None and not waiting:
                    yield _not_sealed(row)
                continue
            self.seals += 1
            if seal.stream != self._stream:
                self._stream, self._after = seal.stream, (0, NO_HASH)
            yield from self._of_chain(seal)
            yield from self._of_row(seal, row)
            yield from self._of_checkpoint(seal)
            self._after = (seal.number, seal.hash)
            self._ends[seal.stream] = max(seal.number, self._ends.get(seal.stream, 0))
        yield from self._cut()

    def _of_chain(self, seal: Seal) -> Iterator[Finding]:
        number, previous = self._after
        if seal.number != number + 1:
            yield _finding("number", seal, f"number {seal.number}", f"number {number + 1}")
        if seal.previous != previous:
            yield _finding(
                "previous", seal, f"previous {seal.previous.hex()}", f"previous {previous.hex()}"
            )

    def _of_row(self, seal: Seal, row: Row | None) -> Iterator[Finding]:
        if row is None:
            yield _finding("row_missing", seal, "no audit row", f"audit row {seal.row_id}")
            return
        if self._seen.again(row.id):
            yield _finding("row_twice", seal, f"row {row.id} again", "each row once")
        if stream_of(row) != seal.stream:
            yield _finding(
                "stream", seal, f"a row of stream {stream_of(row)}", f"of stream {seal.stream}"
            )
        if seal.algorithm not in DIGESTS:
            yield _finding("algorithm", seal, repr(seal.algorithm), " or ".join(DIGESTS))
        elif (computed := seal_hash(seal, row)) != seal.hash:
            yield _finding("edited", seal, f"content of hash {computed.hex()}", seal.hash.hex())

    def _of_checkpoint(self, seal: Seal) -> Iterator[Finding]:
        head = self.heads.get((seal.stream, seal.number))
        if head is not None and head.hash != seal.hash:
            expected = f"{head.hash.hex()} (checkpoint {head.checkpoint})"
            yield _finding("checkpoint", seal, f"hash {seal.hash.hex()}", expected)
        limit_us, at_us = self.uncovered_before_us, seal.sealed_at_us
        is_first = seal.number == self._tops.get(seal.stream, 0) + 1
        if is_first and limit_us is not None and at_us is not None and at_us < limit_us:
            yield _finding("uncovered", seal, "no checkpoint at or after it", "a signed checkpoint")

    def _cut(self) -> Iterator[Finding]:
        """Streams that end before what a checkpoint saw of them."""
        for stream, top in self._tops.items():
            end = self._ends.get(stream, 0)
            if end < top:
                expected = f"at least {top} (checkpoint {self.heads[stream, top].checkpoint})"
                yield Finding("cut", stream, f"stream {stream} end", f"{end} seals", expected)


def _not_sealed(row: Row) -> Finding:
    return Finding(
        "not_sealed", stream_of(row), f"row {row.id}", "no seal, and it does not wait for one",
        "a seal",
    )  # fmt: skip


def _finding(code: Code, seal: Seal, found: str, expected: str) -> Finding:
    where = f"stream {seal.stream} seal {seal.number} (row {seal.row_id})"
    return Finding(code, seal.stream, where, found, expected)
