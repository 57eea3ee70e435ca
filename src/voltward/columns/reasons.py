"""Why a value is missing, and what became of a frame: small codes, the same in every array."""

from enum import IntEnum

from voltward.frames.values import Reason as Reason


class Verdict(IntEnum):
    """What became of a frame. From ``BODY_TRUNCATED`` on it gave a row all the same."""

    OK = 0
    BAD_START = 1
    BAD_LENGTH = 2  # more than 65,531 claimed, or bytes behind the BCC
    TRUNCATED = 3
    BAD_BCC = 4
    NOT_A_ROW = 5  # another command than a report, or the answer to one
    ENCRYPTED = 6
    BODY_TRUNCATED = 7  # the items before the cut are in the row, the rest is in ``rest``
    UNKNOWN_TYPE = 8  # likewise
    TRAILING_BYTES = 9  # likewise: something follows the signature
    REPEATED_TYPE = 10  # a second item of a type that comes once; the second is in ``rest``
    BAD_TIME = 11  # no such moment; ``collected_at`` is 0 and ``time_state`` is 1


class TimeState(IntEnum):
    """Entry of ``time_state``."""

    OK = 0
    BAD_TIME = 1


FIRST_WITH_ROW = Verdict.BODY_TRUNCATED
