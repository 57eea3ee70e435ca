"""Signed checkpoints of the audit trail: what one says, how it is signed, and how lines are read back.

One JSON object a line, keys sorted, no blanks; docs/audit.md names every field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from voltward.records.audit_chain import DIGESTS, Code, Finding, Head, netstrings

VERSION: Final = 1
FIRST: Final = ""  # the "previous" of checkpoint 1


class StreamHead(NamedTuple):
    """How far a stream had come: ``seals`` of them, the last of which has this hash."""

    stream: int
    seals: int
    hash: bytes


class Line(NamedTuple):
    """One line of a checkpoint file and where it stands, e.g. ``2026-11.jsonl:7``."""

    place: str
    content: bytes


@dataclass
class Read:
    """What checkpoint lines said. ``newest_at``: ISO 8601 of the last good one, "" without any."""

    heads: dict[tuple[int, int], Head] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    newest_at: str = ""


def key_id(public: Ed25519PublicKey) -> str:
    """Sixteen digits that name a public key."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


def merkle_root(heads: Sequence[StreamHead], algorithm: str) -> bytes:
    """RFC 6962 2.1 over the heads in order: leaves begin with 0x00, nodes with 0x01."""
    digest = DIGESTS[algorithm]
    if not heads:
        return digest(b"")
    if len(heads) == 1:
        one = heads[0]
        return digest(b"\x00" + netstrings((one.stream, one.seals, one.hash.hex())))
    half = 1 << ((len(heads) - 1).bit_length() - 1)
    return digest(
        b"\x01" + merkle_root(heads[:half], algorithm) + merkle_root(heads[half:], algorithm)
    )


def line_hash(line: bytes) -> str:
    return sha256(line).hexdigest()


def checkpoint_line(
    number: int,
    previous: str,
    at: str,
    heads: Sequence[StreamHead],
    algorithm: str,
    signer: Ed25519PrivateKey,
) -> bytes:
    """A signed checkpoint as a line without its end; ``previous``: ``line_hash`` of the one before."""
    said = {
        "version": VERSION,
        "number": number,
        "previous": previous,
        "at": at,
        "algorithm": algorithm,
        "streams": [
            {"stream": one.stream, "count": one.seals, "hash": one.hash.hex()} for one in heads
        ],
        "root": merkle_root(heads, algorithm).hex(),
        "key": key_id(signer.public_key()),
    }
    return _json(said | {"signature": signer.sign(_json(said)).hex()})


def number_of(line: bytes) -> int:
    """A checkpoint's number; 0 when the line holds none (a write that a power cut tore)."""
    try:
        number = json.loads(line)["number"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return 0
    return number if isinstance(number, int) else 0


def heads_of(line: bytes) -> list[StreamHead]:
    """The stream heads of a line that this installation wrote itself."""
    return [_head(one) for one in json.loads(line)["streams"]]


def read_lines(lines: Iterable[Line], keys: Mapping[str, Ed25519PublicKey]) -> Read:
    """Check every line; heads are taken only from lines whose signature holds under ``keys``."""
    read, number, previous = Read(), 0, FIRST
    torn: list[Finding] = []
    for place, content in lines:
        said = _said(content)
        if said is None:
            torn.append(_wrong("line", place, "no checkpoint", "one JSON object"))
            continue
        order = _of_order(place, said, number, previous)
        # a write that a power cut tore is followed by the same number again: no harm done
        read.findings.extend(torn + order if order else ())
        torn = []
        trouble = _of_signature(place, said, keys)
        read.findings.extend(trouble)
        if not trouble:
            read.findings.extend(_take(read, place, said))
            read.count += 1
            read.newest_at = max(read.newest_at, str(said["at"]))
        number, previous = said["number"], line_hash(content)
    read.findings.extend(torn)
    return read


def _of_order(place: str, said: dict[str, Any], number: int, previous: str) -> list[Finding]:
    found = []
    if said["number"] != number + 1:
        found.append(_wrong("line_order", place, f"number {said['number']}", f"{number + 1}"))
    if said["previous"] != previous:
        found.append(
            _wrong("line_previous", place, f"previous {said['previous']!r}", repr(previous))
        )
    return found


def _of_signature(
    place: str, said: dict[str, Any], keys: Mapping[str, Ed25519PublicKey]
) -> list[Finding]:
    key = keys.get(str(said["key"]))
    if key is None:
        return [_wrong("key", place, f"key {said['key']}", " or ".join(keys) or "a known key")]
    try:
        signature = bytes.fromhex(said["signature"])
        if signature.hex() != said["signature"]:
            raise ValueError("other digits than ours")
        key.verify(signature, _json({k: v for k, v in said.items() if k != "signature"}))
    except (InvalidSignature, ValueError, TypeError):
        return [
            _wrong("signature", place, "a signature that does not hold", f"one by {said['key']}")
        ]
    return []


def _take(read: Read, place: str, said: dict[str, Any]) -> list[Finding]:
    """Remember the heads of a line that is signed."""
    heads = [_head(one) for one in said["streams"]]
    found = []
    root = merkle_root(heads, said["algorithm"]).hex()
    if root != said["root"]:
        found.append(_wrong("root", place, f"root {said['root']}", root))
    for one in heads:
        known = read.heads.setdefault((one.stream, one.seals), Head(one.hash, said["number"]))
        if known.hash != one.hash:
            expected = f"{known.hash.hex()} (checkpoint {known.checkpoint})"
            found.append(_wrong("checkpoint", place, one.hash.hex(), expected, one.stream))
    return found


def _said(content: bytes) -> dict[str, Any] | None:
    """The object of a line that has the shape of a checkpoint, whoever signed it."""
    try:
        said = json.loads(content)
        whole = (
            content == _json(said)
            and said["version"] == VERSION
            and said["algorithm"] in DIGESTS
            and isinstance(said["number"], int)
            and {"key", "signature", "previous", "at", "root"} <= said.keys()
        )
        [_head(one) for one in said["streams"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return said if whole else None


def _head(one: dict[str, Any]) -> StreamHead:
    return StreamHead(int(one["stream"]), int(one["count"]), bytes.fromhex(one["hash"]))


def _json(said: object) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _wrong(code: Code, place: str, found: str, expected: str, stream: int | None = None) -> Finding:
    return Finding(code, stream, f"checkpoint {place}", found, expected)
