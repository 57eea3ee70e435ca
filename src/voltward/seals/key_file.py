"""What the office says of vehicles' keys: a file the gateways read, replaced when something changed.

Public keys are no secrets. Data keys (AES, SM4) lie sealed under a key of the installation, and so do
those that a gateway was given and hands on to the office (``seal``, ``unseal``).
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voltward.base.durable import replace_durably
from voltward.base.errors import BadInput
from voltward.seals.ciphers import CipherRule
from voltward.seals.keys import Algorithm

VERSION: Final = 1
FILE: Final = "terminal_keys.jsonl"
_NONCE: Final = 12
State = Literal["registered", "active", "revoked"]
Wrap = Literal["none", "sm2", "rsa"]


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key of data units. ``kind``: as byte 21 of the head; seconds of unix time, until excluded."""

    kind: int
    key: bytes = field(repr=False)
    since_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class TerminalKey:
    """One key of one vehicle. ``key``: as ``keys.canonical`` gives it.

    ``registered``: on file, not yet activated, so nothing is asked of its vehicle. ``active``: the
    vehicle is enrolled, everything it sends must be signed with a key that is valid now. ``revoked``:
    it stays enrolled, and this key proves nothing.
    """

    vin: str
    chip_id: str
    algorithm: Algorithm
    key: bytes
    state: State
    since_s: int = 0
    until_s: int = 0  # 0: no end


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the maker has agreed with its terminals. ``wrap``: how the key in command 0B lies there.

    ``logins_signed``: a login too ends with a signature block. The standard's table of login has none;
    without it a vehicle proves itself with its first report, and can never replace a living session.
    """

    rule: CipherRule = field(default_factory=CipherRule)
    wrap: Wrap = "sm2"
    logins_signed: bool = True


@dataclass(frozen=True, slots=True)
class VehicleKeys:
    """All that is known of one vehicle."""

    keys: tuple[TerminalKey, ...] = ()
    data_keys: tuple[DataKey, ...] = ()
    agreement: Agreement = field(default_factory=Agreement)

    @property
    def is_enrolled(self) -> bool:
        return any(one.state != "registered" for one in self.keys)

    def active(self, now_s: float) -> list[TerminalKey]:
        """Keys that prove something now; two while one takes over from the other."""
        return [
            one for one in self.keys
            if one.state == "active" and one.since_s <= now_s and not 0 < one.until_s <= now_s
        ]  # fmt: skip

    def data_keys_now(self, kind: int, now_s: float) -> list[DataKey]:
        """Data keys in force, the newest first: frames under the last one may still be on the way."""
        fits = [
            one for one in self.data_keys
            if one.kind == kind and one.since_s <= now_s < one.until_s
        ]  # fmt: skip
        return sorted(fits, key=lambda one: one.since_s, reverse=True)


@dataclass(frozen=True, slots=True)
class KeyBook:
    """The file in force."""

    generation: int = 0
    vehicles: dict[str, VehicleKeys] = field(default_factory=dict)


def write_keys(
    path: Path, generation: int, vehicles: Iterable[tuple[str, VehicleKeys]], key: bytes
) -> None:
    """Replace the file in one step: a line for each vehicle under a head with a checksum.

    ``key``: 32 bytes, under which data keys are sealed.
    """
    lines = [json.dumps(_plain(vin, one, key), separators=(",", ":")) for vin, one in vehicles]
    body = "\n".join(lines).encode("ascii")
    head = json.dumps(
        {"version": VERSION, "generation": generation, "check": zlib.crc32(body)}
    ).encode("ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, head + b"\n" + body)


def read_keys(path: Path, key: bytes) -> KeyBook:
    """
    Raises:
        FileNotFoundError: none was written.
        BadInput: not a file of this version, damaged, or sealed under another key.
    """
    head, _, body = path.read_bytes().partition(b"\n")
    try:
        facts = json.loads(head)
        if facts["version"] != VERSION or facts["check"] != zlib.crc32(body):
            raise BadInput(f"{path}: not of this version, or checksum does not fit")
        rows = [json.loads(line) for line in body.splitlines()]
        return KeyBook(facts["generation"], {row["vin"]: _vehicle(row, key) for row in rows})
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: {type(error).__name__}: {error}") from None


def seal(text: bytes, key: bytes, of: str) -> str:
    """``of``: what it belongs to; it opens for nothing else."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text, of.encode())).decode("ascii")


def unseal(sealed: str, key: bytes, of: str) -> bytes:
    """
    Raises:
        BadInput: sealed under another key, or for something else.
    """
    try:
        data = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], of.encode())
    except (InvalidTag, ValueError) as error:
        raise BadInput(f"{of}: {type(error).__name__}, not sealed here") from None


def _plain(vin: str, one: VehicleKeys, key: bytes) -> dict[str, object]:
    return {
        "vin": vin,
        "keys": [
            [row.chip_id, row.algorithm, row.key.hex(), row.state, row.since_s, row.until_s]
            for row in one.keys
        ],
        "data": [
            [row.kind, seal(row.key, key, vin), row.since_s, row.until_s] for row in one.data_keys
        ],
        "agreement": asdict(one.agreement),
    }


def _vehicle(row: dict[str, Any], key: bytes) -> VehicleKeys:
    vin, agreement = row["vin"], dict(row["agreement"])
    rule = CipherRule(**agreement.pop("rule"))
    return VehicleKeys(
        tuple(
            TerminalKey(vin, chip, Algorithm(code), bytes.fromhex(text), state, since, until)
            for chip, code, text, state, since, until in row["keys"]
        ),
        tuple(
            DataKey(kind, unseal(sealed, key, vin), since, until)
            for kind, sealed, since, until in row["data"]
        ),
        Agreement(rule, **agreement),
    )
