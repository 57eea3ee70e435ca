"""What the store says no to, in ClickHouse's own words: ``Code: N. DB::Exception: ...``."""

import re
from http import HTTPStatus

from voltward.base.errors import Refused

_CODE = re.compile(r"Code: (\d+)\. DB::")

# The codes that the server itself raises, as ClickHouse numbers them.
NOT_IMPLEMENTED = 48
QUERY_IS_TOO_LARGE = 223
TOO_MANY_SIMULTANEOUS_QUERIES = 202
REQUIRED_PASSWORD = 194
BAD_ARGUMENTS = 36
ATTEMPT_TO_READ_AFTER_EOF = 32
ABORTED = 236
AUTHENTICATION_FAILED = 516

# Which HTTP status ClickHouse gives to which code; all others are 500.
_STATUS = {
    AUTHENTICATION_FAILED: HTTPStatus.FORBIDDEN,
    REQUIRED_PASSWORD: HTTPStatus.UNAUTHORIZED,
    164: HTTPStatus.FORBIDDEN,  # READONLY
    497: HTTPStatus.FORBIDDEN,  # ACCESS_DENIED
    NOT_IMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    QUERY_IS_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TOO_MANY_SIMULTANEOUS_QUERIES: HTTPStatus.SERVICE_UNAVAILABLE,
    ABORTED: HTTPStatus.SERVICE_UNAVAILABLE,
    159: HTTPStatus.REQUEST_TIMEOUT,  # TIMEOUT_EXCEEDED
    **dict.fromkeys(
        (46, 47, 60, 81, 115), HTTPStatus.NOT_FOUND
    ),  # unknown function, name, table...
    **dict.fromkeys(
        (6, 26, 27, 36, 38, 41, 43, 53, 62, 70, 72, 386, 456, 457), HTTPStatus.BAD_REQUEST
    ),
}


class StoreInUse(Refused):
    """Another process owns the folder."""

    code = "store_in_use"


class StoreError(Exception):
    """A query that failed; ``number`` is ClickHouse's error code, 0 when it gave none."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number

    @classmethod
    def of(cls, error: BaseException) -> "StoreError":
        """The engine's exception, with the code taken out of its text."""
        text = str(error)
        found = _CODE.search(text)
        number = int(found.group(1)) if found else 0
        return cls(number, text[found.start() :] if found else text)

    @classmethod
    def made(cls, number: int, text: str) -> "StoreError":
        """An error of the server's own, worded as ClickHouse words it."""
        return cls(number, f"Code: {number}. DB::Exception: {text}")

    @property
    def status(self) -> HTTPStatus:
        return _STATUS.get(self.number, HTTPStatus.INTERNAL_SERVER_ERROR)
