"""The messages of a terminal that are no reports: login, logout, heartbeat; what answers say."""

import hashlib
from dataclasses import dataclass

from voltward.frames.editions import COMMAND
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, bcc, pack_header
from voltward.simulator.encoder import REISSUE, time_bytes

LOGIN, LOGOUT, HEARTBEAT = 0x01, 0x04, 0x07
SUCCESS = 0x01
LAST_SEQUENCE = 65_531
_TIME = 6


@dataclass(frozen=True)
class Answer:
    """A platform's answer: which command, its flag, and the six time bytes it repeats (or none)."""

    command: int
    flag: int
    time: bytes

    @property
    def is_success(self) -> bool:
        return self.flag == SUCCESS


def invented_iccid(vin: str) -> str:
    """Twenty digits in the form of a SIM card's number; made up, the same for the same VIN."""
    number = int.from_bytes(hashlib.sha256(vin.encode("ascii")).digest()[:8], "big")
    return f"898600{number % 10**14:014d}"


def login(edition: Edition, vin: str, sequence: int, unix_s: int, iccid: str) -> bytes:
    """Vehicle login 01 without pack codes (2016: no subsystems, 2025: no BMS)."""
    none = b"\0\0" if edition == Edition.Y2016 else b"\0"
    unit = time_bytes(unix_s) + sequence.to_bytes(2, "big") + iccid.encode("ascii") + none
    return _frame(edition, LOGIN, vin, unit)


def logout(edition: Edition, vin: str, sequence: int, unix_s: int) -> bytes:
    """Vehicle logout 04, with the sequence of its login."""
    return _frame(edition, LOGOUT, vin, time_bytes(unix_s) + sequence.to_bytes(2, "big"))


def heartbeat(edition: Edition, vin: str) -> bytes:
    """Heartbeat 07 (Annex B): no data unit."""
    return _frame(edition, HEARTBEAT, vin, b"")


def reissued(frame: bytes) -> bytes:
    """The same report as reissue 03."""
    if frame[2] == REISSUE:
        return frame
    check = frame[-1] ^ frame[2] ^ REISSUE
    return frame[:2] + bytes((REISSUE,)) + frame[3:-1] + bytes((check,))


def answer_of(frame: bytes) -> Answer | None:
    """What a frame from the platform answers; None when it is a command of its own."""
    if frame[3] == COMMAND:
        return None
    return Answer(frame[2], frame[3], frame[HEADER:-1][:_TIME])


def _frame(edition: Edition, command: int, vin: str, unit: bytes) -> bytes:
    head = pack_header(edition, command, COMMAND, vin, len(unit))
    return head + unit + bytes((bcc(head[2:] + unit),))
