"""``voltward bench signatures``: signatures verified a second by one core, of each algorithm (R19)."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Final

from voltward.seals.block import packed, verified
from voltward.seals.keys import Algorithm, canonical, public_key
from voltward.seals.own_keys import PrivateKeys

TARGET_SM2_PER_S: Final = 2000.0
UNIT_BYTES: Final = 700  # a report of a car with some hundred cells


@dataclass(frozen=True, slots=True)
class SignatureFigures:
    """By processor time of one core; medians of the rounds. ``with_marker``: both readings tried."""

    rounds: int
    unit_bytes: int
    sm2_per_s: float
    sm2_with_marker_per_s: float
    rsa_per_s: float
    ecc_per_s: float

    def text(self) -> str:
        met = "met" if self.sm2_per_s >= TARGET_SM2_PER_S else "missed"
        return "\n".join(
            [
                f"units of {self.unit_bytes} bytes, one core, median of {self.rounds} rounds",
                f"SM2               {self.sm2_per_s:>10,.0f} a second   target >="
                f" {TARGET_SM2_PER_S:,.0f}: {met}",
                f"SM2, FF signed    {self.sm2_with_marker_per_s:>10,.0f} a second   (the other reading tried first)",
                f"RSA-2048          {self.rsa_per_s:>10,.0f} a second",
                f"ECDSA P-256       {self.ecc_per_s:>10,.0f} a second",
            ]
        )


def measure(rounds: int = 5, number: int = 400) -> SignatureFigures:
    """Let the algorithms take turns; ``number`` verifications of each in a round.

    Raises:
        NoSm2: this machine's libcrypto cannot do SM2.
    """
    keys = PrivateKeys()
    contestants = {
        "sm2": _contestant(keys, Algorithm.SM2, b""),
        "sm2_with_marker": _contestant(keys, Algorithm.SM2, b"\xff"),
        "rsa": _contestant(keys, Algorithm.RSA, b""),
        "ecc": _contestant(keys, Algorithm.ECC, b""),
    }
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (unit, algorithm, kept) in contestants.items():
            key = public_key(algorithm, kept)
            begun_s = time.thread_time()
            for _ in range(number):
                assert verified(unit, key, algorithm) is not None
            speeds[name].append(number / (time.thread_time() - begun_s))
    figures = {f"{name}_per_s": statistics.median(found) for name, found in speeds.items()}
    return SignatureFigures(rounds=rounds, unit_bytes=UNIT_BYTES, **figures)


def _contestant(
    keys: PrivateKeys, algorithm: Algorithm, marker: bytes
) -> tuple[bytes, Algorithm, bytes]:
    body = bytes(range(250)) * 2 + bytes(UNIT_BYTES - 500)
    unit = body + packed(algorithm, *keys.sign(algorithm, body + marker))
    return unit, algorithm, canonical(algorithm, keys.public(algorithm))
