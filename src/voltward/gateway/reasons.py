"""Why something was refused or closed, and the response flag that says so (GB/T 32960.3)."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from voltward.frames.grammar import Edition


class RecordKind(IntEnum):
    """Kinds of journal records that a gateway writes."""

    FRAME = 1
    NOISE = 2
    EVENT = 3
    REFUSED = 4
    SEALED = 5  # a frame as it came, encrypted; the record behind it is the same frame decrypted
    COMMAND = 6  # what we send a vehicle of our own accord; its answer is a FRAME


class Refusal(IntEnum):
    """Why a whole frame was not admitted; the first byte of its journal record."""

    NOT_LOGGED_IN = 1
    UNKNOWN_VIN = 2
    WRONG_VIN = 3
    DUPLICATE = 4
    STRUCTURE = 5
    WRONG_LINK = 6
    BAD_SECRET = 7
    BAD_SIGNATURE = 8
    REPLACED = 9
    BAD_BCC = 10  # never journalled as refused: the bytes are kept as noise
    UNSIGNED = 11  # of an enrolled vehicle, without a signature
    DOWNGRADE = 12  # of an enrolled vehicle, in the edition that knows no signatures
    NO_VALID_KEY = 13  # enrolled, but no key of it is active and within its dates
    DECRYPTION = 14
    KEY_KIND = 15  # key exchange of a kind that this platform has no use for

    @property
    def word(self) -> str:
        return self.name.lower()


class CloseReason(StrEnum):
    """Why a link ended."""

    PEER = "peer"
    RESET = "reset"
    LOGIN_DEADLINE = "login_deadline"
    PRE_LOGIN_BYTES = "pre_login_bytes"
    IDLE = "idle"
    REPLACED = "replaced"
    NO_LONGER_ADMITTED = "no_longer_admitted"
    LINK_LIMIT = "link_limit"
    NOT_READING = "not_reading"
    SHUTDOWN = "shutdown"
    FAULT = "fault"  # ours: the link's bytes are kept, the vehicle may come again


QUARANTINED = 0xFF  # noise reason of bytes that a fault of ours left unread


SUCCESS = 0x01
COMMAND = 0xFE
_FLAGS = {
    # clause 6.3.2 table 4: the 2016 edition knows 02 error and 03 VIN duplicate only
    # only a terminal of 2025 can be told of a downgrade, whatever it wrote in front
    Edition.Y2016: {Refusal.DUPLICATE: 0x03, Refusal.DOWNGRADE: 0x05},
    Edition.Y2025: {
        Refusal.DUPLICATE: 0x03,
        Refusal.UNKNOWN_VIN: 0x04,
        Refusal.BAD_SIGNATURE: 0x05,
        Refusal.UNSIGNED: 0x05,
        Refusal.DOWNGRADE: 0x05,
        Refusal.NO_VALID_KEY: 0x05,
        Refusal.STRUCTURE: 0x06,
        Refusal.DECRYPTION: 0x07,
    },
}
_OTHER_ERROR = 0x02


def flag_of(edition: Edition, refusal: Refusal) -> int:
    """The response flag for ``refusal`` in the edition of the refused frame."""
    return _FLAGS[edition].get(refusal, _OTHER_ERROR)
