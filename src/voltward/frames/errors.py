"""What frames say no to: bytes that are no frame, and values that a table cannot express."""

from dataclasses import dataclass

from voltward.base.errors import BadInput


class FrameError(BadInput):
    """Bytes that are no frame: nothing of them can be trusted.

    ``code`` is one of truncated, bad_start, bad_length, bad_bcc, trailing_bytes; ``detail`` says
    what was found.
    """

    def __init__(self, code: str, found: str) -> None:
        super().__init__(code, found)
        self.code = code
        self.detail = f"{code}: {found}"

    def __str__(self) -> str:
        return self.detail


class EncodeError(BadInput):
    """A value that the table cannot express; the text names the field, the value and the limit."""

    code = "not_expressible"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong inside the data unit of a frame that is whole.

    ``code`` is one of body_truncated, unknown_type, trailing_bytes, bad_time; ``at`` is the
    offset in the data unit.
    """

    code: str
    detail: str
    at: int


class Stop(Exception):
    """The data unit cannot be read on from here."""

    def __init__(self, code: str, found: str, at: int) -> None:
        super().__init__(found)
        self.problem = Problem(code, f"{code}: {found}", at)
