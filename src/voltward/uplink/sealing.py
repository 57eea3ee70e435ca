"""One link's frames signed and encrypted on their way out, and what the platform encrypts opened.

Only a link that asks for it has a ``Sealer``. It works at the moment of sending: what is kept, waited
for and proved stays plain, and a frame that is sent again goes under the key that holds by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from voltward.base.errors import BadInput, BadSetting
from voltward.columns.batch import FrameBatch
from voltward.frames.editions import COMMAND, PLAIN, START
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, bcc
from voltward.frames.moments import MOMENT
from voltward.seals.block import blocks, packed
from voltward.seals.ciphers import (
    Encryption,
    decrypted,
    rsa_encrypt,
    sm2_encrypt,
    symmetric_encrypt,
)
from voltward.seals.keys import Algorithm, rsa_key
from voltward.seals.own_keys import OwnKeys
from voltward.seals.sm2 import Sm2PublicKey
from voltward.uplink.covers import SYMMETRIC, Cover, flaws, peer_algorithm
from voltward.uplink.links import NOT_ENCRYPTED, Link
from voltward.uplink.messages import KEY_EXCHANGE, PLATFORM_LOGIN, beijing
from voltward.uplink.reports import FEEDBACK_BYTES

SIGNED: Final = (0x02, 0x03)  # the tables of reports alone end with a signature
_ALGORITHMS: Final = {one.word: one for one in Algorithm}
_KINDS: Final = {2: "rsa", 3: "aes", 4: "sm2", 5: "sm4"}


def sealer_of(link: Link, own: OwnKeys | None) -> Sealer | None:
    """None: the link's frames go as they are.

    Raises:
        BadInput: a key that it needs is not there, or this machine cannot use it.
    """
    if link.encryption == NOT_ENCRYPTED and not link.cover.signature:
        return None
    for name, expected in flaws(link.edition, link.encryption, link.cover, tls=link.tls):
        raise BadInput(f"link {link.name}: {name} of its encryption: expected {expected}")
    try:
        return Sealer(link, own)
    except (BadSetting, ValueError) as error:
        raise BadInput(f"link {link.name}: {error}") from None


class Sealer:
    """``own``: our private keys: for our signature, and for what is encrypted for us.

    ``keys``: data keys, the one in use first; answers under those before may still be on their way.
    """

    def __init__(self, link: Link, own: OwnKeys | None) -> None:
        cover = link.cover
        self._link, self._own, self._cover = link, own, cover
        self._encryption = Encryption(link.encryption)
        self._algorithm = _ALGORITHMS.get(cover.signature)
        if self._algorithm is not None:
            if own is None:
                raise BadInput(f"link {link.name}: signs, and has no key of its own")
            own.public(self._algorithm)
        self.keys = [bytes.fromhex(cover.data_key)] if link.encryption in SYMMETRIC else []
        self._wrapped = _for_peer(link.encryption, cover)

    @property
    def key(self) -> bytes | None:
        """The data key in use."""
        return self.keys[0] if self.keys else None

    def use(self, key: bytes) -> None:
        """Another data key, from the next frame on."""
        if key != self.key:
            self.keys = [key, *self.keys[:1]]

    def sealed(self, frames: Iterable[bytes]) -> bytes:
        """Plain frames as they go out, one behind the other.

        Raises:
            BadInput: our own key refuses; nothing was sent.
        """
        try:
            return b"".join(map(self._one, frames))
        except (BadSetting, ValueError) as error:
            raise BadInput(f"link {self._link.name}: not sealed: {error}") from None

    def opened(self, frames: FrameBatch) -> tuple[FrameBatch, int]:
        """What a platform sent, readable, and how much of it cannot be read and is left out."""
        if not (frames.buffer[frames.offsets[:-1] + 21] != PLAIN).any():
            return frames, 0
        found = [self._opened(frame) for frame in frames]
        readable = [one for one in found if one is not None]
        return FrameBatch.of(readable), len(found) - len(readable)

    def exchange(self, key: bytes, now_ns: int) -> bytes:
        """0B with a data key, valid from now on."""
        since = beijing(now_ns)
        unit = {
            "key_type": _KINDS[self._encryption],
            "key_hex": self._wrapped(key).hex(),
            "valid_from": since,
            "valid_until": since + timedelta(hours=self._cover.valid_h),
        }
        identity = self._link.identity
        return encode_frame(Edition.Y2025, KEY_EXCHANGE, COMMAND, identity, unit)

    def _one(self, frame: bytes) -> bytes:
        unit = frame[HEADER:-1]
        if self._algorithm is not None and frame[2] in SIGNED and not _is_signed(frame):
            signed = unit + (b"\xff" if self._cover.with_marker else b"")
            assert self._own is not None  # looked at when it was made
            unit += packed(self._algorithm, *self._own.sign(self._algorithm, signed))
        in_clear = frame[2] == PLATFORM_LOGIN and not self._cover.login_too
        if self._encryption is Encryption.NONE or in_clear:
            return framed(frame, unit, PLAIN)
        return framed(frame, self._encrypted(unit), self._encryption)

    def _encrypted(self, unit: bytes) -> bytes:
        if self.key is None:
            return self._wrapped(unit)
        return symmetric_encrypt(self._encryption, self.key, unit, self._cover.rule)

    def _opened(self, frame: bytes) -> bytes | None:
        """None: not made for us. What is too short to be encrypted is the bare time of an answer."""
        unit, rule = frame[HEADER:-1], self._cover.rule
        if frame[21] == PLAIN or len(unit) <= MOMENT:
            return frame
        keys: list[bytes | None] = [*self.keys] or [None]
        for key in keys:
            try:
                plain = decrypted(frame[21], unit, rule, key, self._own)
            except (BadInput, BadSetting):
                continue
            # padding of zeros took those of the time and of the results with it
            least = FEEDBACK_BYTES if frame[3] == COMMAND else MOMENT
            plain = plain.ljust(least, b"\0") if rule.padding == "zero" else plain
            return framed(frame, plain, PLAIN)
        return None


def framed(frame: bytes, unit: bytes, encryption: int) -> bytes:
    """The same frame with another data unit, and a check byte that fits."""
    body = b"%b%c%b%b" % (frame[2:21], encryption, len(unit).to_bytes(2, "big"), unit)
    return b"%b%b%c" % (frame[:2], body, bcc(body))


def _is_signed(frame: bytes) -> bool:
    """One unit has one signature: a vehicle's own stands. 2016 has no place for any."""
    if frame[:2] != START[Edition.Y2025]:
        return True
    if not blocks(frame[HEADER:-1]):
        return False
    found = decode_frame(frame)  # the bytes of a block may stand in data too
    return bool(found.problems) or found.body.values.get("signature") is not None


def _for_peer(encryption: int, cover: Cover) -> Callable[[bytes], bytes]:
    """How something is encrypted for the platform's own key, if that is needed."""
    algorithm = peer_algorithm(encryption, cover)
    if algorithm is None:
        return lambda text: text
    kept = bytes.fromhex(cover.peer_key)
    if algorithm is Algorithm.SM2:
        sm2 = Sm2PublicKey(kept)
        return lambda text: sm2_encrypt(sm2, text, cover.rule)
    rsa = rsa_key(kept)
    return lambda text: rsa_encrypt(rsa, text, cover.rule.rsa)
