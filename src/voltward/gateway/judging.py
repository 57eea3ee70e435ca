"""Is this frame from who it says, and what does it say: downgrades, decryption, signatures.

Pure: a frame, what is known of its vehicle, and the time go in; a verdict comes out (R19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

from voltward.base.errors import BadInput, BadSetting
from voltward.base.units import BEIJING
from voltward.frames.grammar import Edition
from voltward.gateway.answers import HEADER, TIME, edition_of
from voltward.gateway.keys import Activation, Keys
from voltward.gateway.reasons import Refusal
from voltward.seals.block import Signed, blocks, verified
from voltward.seals.ciphers import KEY_BYTES, Encryption, decrypted
from voltward.seals.key_file import DataKey, VehicleKeys
from voltward.seals.keys import Algorithm, canonical, public_key

LOGIN, REALTIME, REISSUE, ACTIVATION, KEY_EXCHANGE = 0x01, 0x02, 0x03, 0x09, 0x0B
SIGNED: Final = (LOGIN, REALTIME, REISSUE)  # logout and heartbeat have no place for a signature
_USUAL: Final = Signed.WITHOUT_MARKER
_CIPHERED: Final = frozenset(Encryption) - {Encryption.NONE}
_CHIP, _VIN = 16, 17


class Proof(Enum):
    """What a frame proved about the vehicle's key."""

    ABSENT = "absent"
    PROVEN = "proven"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``frame``: as it reads, decrypted where it was encrypted. ``refusal``: why it may not pass.

    ``signed``: which of the two readings of the standard matched. ``data_key``: what command 0B
    brought; ``asked``: what command 09 asks, once it has proved to own the key it brings.
    """

    frame: bytes
    proof: Proof = Proof.ABSENT
    refusal: Refusal | None = None
    signed: str = ""
    data_key: DataKey | None = None
    asked: Activation | None = None


def judge(frame: bytes, vehicle: VehicleKeys, keys: Keys, now_s: float, enrolled: bool) -> Verdict:
    """The verdict on a whole frame of any command."""
    if frame[2] == ACTIVATION:
        return _activation(frame)
    if not enrolled and not vehicle.data_keys and frame[2] != KEY_EXCHANGE:
        return Verdict(frame)
    if enrolled and edition_of(frame) is Edition.Y2016:
        return _wrong(frame, Refusal.DOWNGRADE)
    if frame[21] in _CIPHERED:
        try:
            frame = _plain(frame, vehicle, keys, now_s)
        except BadInput:
            return _wrong(frame, Refusal.DECRYPTION)
    elif enrolled and frame[21] != Encryption.NONE:
        return _wrong(frame, Refusal.STRUCTURE)
    if frame[2] == KEY_EXCHANGE:
        return _exchange(frame, vehicle, keys)
    if enrolled and frame[2] in SIGNED:
        return _signed(frame, vehicle, keys, now_s)
    return Verdict(frame)


def _signed(frame: bytes, vehicle: VehicleKeys, keys: Keys, now_s: float) -> Verdict:
    unit = frame[HEADER:-1]
    if not blocks(unit):
        if frame[2] == LOGIN and not vehicle.agreement.logins_signed:
            return Verdict(frame)
        return _wrong(frame, Refusal.UNSIGNED)
    refusal = Refusal.NO_VALID_KEY
    for key in vehicle.active(now_s):
        try:
            ready = keys.ready(key)
        except (BadInput, BadSetting):
            continue  # a key that cannot be used here proves nothing
        how = verified(unit, ready, key.algorithm, keys.reading.get(key.key, _USUAL))
        if how is not None:
            keys.reading[key.key] = how  # a terminal keeps to its reading: the next time one try
            return Verdict(frame, Proof.PROVEN, signed=how.value)
        refusal = Refusal.BAD_SIGNATURE
    return _wrong(frame, refusal)


def _plain(frame: bytes, vehicle: VehicleKeys, keys: Keys, now_s: float) -> bytes:
    """The same frame without encryption. While two data keys are in force, whichever opens it."""
    kind, unit, rule = frame[21], frame[HEADER:-1], vehicle.agreement.rule
    candidates = [one.key for one in vehicle.data_keys_now(kind, now_s)]
    for key in candidates[:-1]:
        try:
            return _with_unit(frame, decrypted(kind, unit, rule, key, keys.own))
        except BadInput:
            continue
    last = candidates[-1] if candidates else None
    return _with_unit(frame, decrypted(kind, unit, rule, last, keys.own))


def _with_unit(frame: bytes, unit: bytes) -> bytes:
    head = frame[2:21] + bytes((Encryption.NONE,)) + len(unit).to_bytes(2, "big") + unit
    return frame[:2] + head + bytes((reduce(xor, head),))


def _exchange(frame: bytes, vehicle: VehicleKeys, keys: Keys) -> Verdict:
    """0B: kind, length, key, begin, end. Only keys of data units are taken; AES and SM4."""
    unit = frame[HEADER:-1]
    size = int.from_bytes(unit[1:3], "big")
    if len(unit) != 3 + size + 2 * TIME:
        return _wrong(frame, Refusal.STRUCTURE)
    if unit[0] not in (Encryption.AES, Encryption.SM4):
        return _wrong(frame, Refusal.KEY_KIND)
    since_s, until_s = (_seconds(unit[at : at + TIME]) for at in (3 + size, 3 + size + TIME))
    if since_s is None or until_s is None or since_s >= until_s:
        return _wrong(frame, Refusal.STRUCTURE)
    agreement = vehicle.agreement
    try:
        key = unit[3 : 3 + size]
        if agreement.wrap != "none":
            kind = Encryption.SM2 if agreement.wrap == "sm2" else Encryption.RSA
            key = decrypted(kind, key, agreement.rule, None, keys.own)
        if len(key) != KEY_BYTES:
            raise BadInput(f"data key: {len(key)} octets, expected {KEY_BYTES}")
    except BadInput:
        return _wrong(frame, Refusal.DECRYPTION)
    return Verdict(frame, data_key=DataKey(unit[0], key, since_s, until_s))


def _activation(frame: bytes) -> Verdict:
    """09: time, chip, key, VIN, signature over all of it made with the key itself."""
    unit = frame[HEADER:-1]
    at = TIME + _CHIP + 2
    stop = at + int.from_bytes(unit[at - 2 : at], "big") if len(unit) >= at else 0
    found = blocks(unit[stop + _VIN :], marker=False) if stop else []
    vin = unit[stop : stop + _VIN]
    if not found or vin != frame[4:21] or not vin.isascii():
        return _wrong(frame, Refusal.STRUCTURE)
    block, signed = found[0], unit[: stop + _VIN]
    try:
        key = canonical(Algorithm(block.algorithm), unit[at:stop])
        proven = public_key(block.algorithm, key).verifies(block.r, block.s, signed)
    except (BadInput, BadSetting):
        return _wrong(frame, Refusal.BAD_SIGNATURE)
    if not proven:
        return _wrong(frame, Refusal.BAD_SIGNATURE)
    chip = unit[TIME : TIME + _CHIP].rstrip(b"\0 ").decode("ascii", "replace")
    asked = Activation(vin.decode("ascii"), chip, block.algorithm, key)
    return Verdict(frame, Proof.PROVEN, asked=asked)


def _wrong(frame: bytes, refusal: Refusal) -> Verdict:
    return Verdict(frame, Proof.WRONG, refusal)


def _seconds(time: bytes) -> int | None:
    """Unix time of six bytes of Beijing time; None: no such moment."""
    try:
        moment = datetime(2000 + time[0], *time[1:], tzinfo=BEIJING)  # type: ignore[misc]
    except ValueError:
        return None
    return int(moment.timestamp())


def collected_s(frame: bytes) -> int | None:
    """When a frame says it was made; None: it does not say a moment that exists."""
    return _seconds(frame[HEADER : HEADER + TIME]) if len(frame) > HEADER + TIME else None
