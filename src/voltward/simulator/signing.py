"""A terminal that signs (GB/T 32960.3-2025): logins and reports end with a signature block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from voltward.frames.editions import COMMAND
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, bcc, pack_header
from voltward.seals.block import packed
from voltward.seals.keys import Algorithm, canonical
from voltward.seals.own_keys import OwnKeys, PrivateKeys
from voltward.simulator.encoder import REALTIME, REISSUE, time_bytes

LOGIN: Final = 0x01
ACTIVATION: Final = 0x09
_SIGNED: Final = (LOGIN, REALTIME, REISSUE)
_CHIP: Final = 16


@dataclass(frozen=True)
class Signer:
    """The key in a terminal's chip. ``marker``: it signs the FF before the block too."""

    chip_id: str = "SIMULATED"
    algorithm: Algorithm = Algorithm.SM2
    marker: bool = False
    keys: OwnKeys = field(default_factory=PrivateKeys)

    @property
    def public_key(self) -> bytes:
        return canonical(self.algorithm, self.keys.public(self.algorithm))

    def signed(self, frame: bytes) -> bytes:
        """The frame with its signature; one of another command or edition as it is."""
        if frame[0] != 0x24 or frame[2] not in _SIGNED or frame[3] != COMMAND:
            return frame
        unit = frame[HEADER:-1]
        r, s = self.keys.sign(self.algorithm, unit + (b"\xff" if self.marker else b""))
        return _framed(frame[2], frame[4:21], unit + packed(self.algorithm, r, s))

    def activation(self, vin: str, unix_s: int) -> bytes:
        """Command 09: chip, public key and VIN, signed with the key itself."""
        key = self.public_key
        unit = time_bytes(unix_s) + self.chip_id.encode("ascii").ljust(_CHIP)
        unit += len(key).to_bytes(2, "big") + key + vin.encode("ascii")
        r, s = self.keys.sign(self.algorithm, unit)
        return _framed(
            ACTIVATION, vin.encode("ascii"), unit + packed(self.algorithm, r, s, marker=False)
        )


def _framed(command: int, vin: bytes, unit: bytes) -> bytes:
    head = pack_header(Edition.Y2025, command, COMMAND, vin, len(unit))
    return head + unit + bytes((bcc(head[2:] + unit),))
