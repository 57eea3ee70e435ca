"""A public platform that asks for encryption and signatures, and refuses what has neither or is wrong.

GB/T 32960.3 clause 6.2 (byte 21), 2025 table of signatures and command 0B; flags 05 and 07 of table 3.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from voltward.base.errors import BadInput, BadSetting
from voltward.frames.editions import PLAIN
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER
from voltward.seals.block import Signed, blocks, verified
from voltward.seals.ciphers import (
    KEY_BYTES,
    CipherRule,
    Encryption,
    decrypted,
    rsa_encrypt,
    sm2_encrypt,
    symmetric_encrypt,
)
from voltward.seals.keys import Algorithm, public_key, rsa_key
from voltward.seals.own_keys import OwnKeys
from voltward.seals.sm2 import Sm2PublicKey
from voltward.uplink.covers import SYMMETRIC, Wrap
from voltward.uplink.sealing import SIGNED, framed

PLATFORM_LOGIN, KEY_EXCHANGE = 0x05, 0x0B
ERROR: Final = 0x02
# 2016 has no word but "error" for these.
NOT_SIGNED: Final = {Edition.Y2016: ERROR, Edition.Y2025: 0x05}
NOT_DECRYPTED: Final = {Edition.Y2016: ERROR, Edition.Y2025: 0x07}
_WRAPS: Final = {"sm2": Encryption.SM2, "rsa": Encryption.RSA}


@dataclass(slots=True)
class Demands:
    """What the platform has agreed with its one client; may change while it runs.

    ``data_key``: its octets, or a file of hexadecimal digits that is read for each frame; b"" until 0B
    brings one. ``signer``: algorithm and key that reports must be signed with, ``marker``: over the FF
    too. ``own``: the platform's private keys. ``login_too``: 05 must be encrypted. ``answers``: they
    are encrypted, for RSA and SM2 with ``client_key``.
    """

    encryption: Encryption = Encryption.NONE
    rule: CipherRule = field(default_factory=CipherRule)
    data_key: bytes | Path = b""
    wrap: Wrap = "sm2"
    login_too: bool = False
    answers: bool = False
    client_key: bytes = b""
    signer: tuple[Algorithm, bytes] | None = None
    marker: bool = False
    own: OwnKeys | None = None

    @property
    def key(self) -> bytes:
        kept = self.data_key
        return bytes.fromhex(kept.read_text("ascii")) if isinstance(kept, Path) else kept

    def plain(self, frame: bytes) -> bytes | None:
        """The frame as it reads; None: not encrypted as agreed, or not to be opened."""
        if frame[2] == KEY_EXCHANGE or (frame[2] == PLATFORM_LOGIN and not self.login_too):
            return frame if frame[21] == PLAIN else None
        if frame[21] != self.encryption:
            return None
        if self.encryption is Encryption.NONE:
            return frame
        key = self.key if self.encryption in SYMMETRIC else None
        try:
            unit = decrypted(frame[21], frame[HEADER:-1], self.rule, key, self.own)
        except (BadInput, BadSetting):
            return None
        return framed(frame, unit, PLAIN)

    def unsigned(self, frame: bytes) -> bytes | None:
        """A plain frame without its signature; None: it must have one, and that is not there or wrong."""
        if self.signer is None or frame[2] not in SIGNED:
            return frame
        unit, (algorithm, key) = frame[HEADER:-1], self.signer
        wanted = Signed.WITH_MARKER if self.marker else Signed.WITHOUT_MARKER
        if verified(unit, public_key(algorithm, key), algorithm) is not wanted:
            return None
        return framed(frame, unit[: blocks(unit)[0].start], PLAIN)

    def takes_key(self, frame: bytes) -> bool:
        """0B: the data key from now on; False: another kind, or not wrapped for this platform."""
        body = decode_frame(frame).body.values
        kind, wrapped = body.get("key_type"), body.get("key_hex")
        if kind != self.encryption or kind not in SYMMETRIC or not isinstance(wrapped, bytes):
            return False
        try:
            if self.wrap != "none":
                wrapped = decrypted(_WRAPS[self.wrap], wrapped, self.rule, None, self.own)
        except (BadInput, BadSetting):
            return False
        if len(wrapped) == KEY_BYTES:
            self.data_key = wrapped
        return len(wrapped) == KEY_BYTES

    def covered(self, answer: bytes) -> bytes:
        """An answer as it goes out: plain while there is no key to encrypt it with."""
        unit, is_symmetric = answer[HEADER:-1], self.encryption in SYMMETRIC
        if not self.answers or self.encryption is Encryption.NONE or not unit:
            return answer
        if is_symmetric and not self.key:
            return answer
        return framed(answer, self._encrypted(unit), self.encryption)

    def _encrypted(self, unit: bytes) -> bytes:
        if self.encryption in SYMMETRIC:
            return symmetric_encrypt(self.encryption, self.key, unit, self.rule)
        if self.encryption is Encryption.SM2:
            return sm2_encrypt(Sm2PublicKey(self.client_key), unit, self.rule)
        return rsa_encrypt(rsa_key(self.client_key), unit, self.rule.rsa)


def without_time(frame: bytes) -> bytes:
    """A frame that could not be read, as its answer may repeat it: nothing of its unit."""
    return framed(frame, b"", PLAIN)
