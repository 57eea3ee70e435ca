"""Times of the protocol: six plain bytes, GMT+8 (clause 6.4 and the time table of clause 7)."""

from datetime import datetime

from voltward.base.units import BEIJING
from voltward.frames.errors import EncodeError, Problem

MOMENT = 6
FIRST_YEAR, LAST_YEAR = 2000, 2099


def moment_of(raw: bytes) -> datetime | None:
    """The aware instant that six bytes name; None when there is no such time."""
    year, month, day, hour, minute, second = raw
    if year > LAST_YEAR - FIRST_YEAR:
        return None
    try:
        return datetime(FIRST_YEAR + year, month, day, hour, minute, second, tzinfo=BEIJING)
    except ValueError:
        return None


def moment_text(raw: bytes) -> str:
    """ISO 8601 with +08:00, also of a time that does not exist."""
    year, month, day, hour, minute, second = raw
    return (
        f"{FIRST_YEAR + year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}+08:00"
    )


def moment_problem(raw: bytes, at: int) -> Problem | None:
    """What is wrong with the time at offset ``at``; None when it exists."""
    if moment_of(raw) is not None:
        return None
    return Problem("bad_time", f"bad_time: {moment_text(raw)}", at)


def pack_moment(name: str, when: object) -> bytes:
    """Six bytes of an aware datetime, of ISO text with an offset, or of bytes as they are.

    Raises:
        EncodeError: a naive or impossible time, or a year outside 2000..2099.
    """
    if isinstance(when, bytes):
        if len(when) != MOMENT:
            raise EncodeError(f"{name}: {len(when)} bytes, a time has {MOMENT}")
        return when
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError as error:
            raise EncodeError(f"{name}: {when!r} is no time ({error})") from None
    if not isinstance(when, datetime):
        raise EncodeError(f"{name}: {when!r} is no time")
    if when.tzinfo is None:
        raise EncodeError(f"{name}: {when.isoformat()} has no time zone")
    local = when.astimezone(BEIJING)
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise EncodeError(f"{name}: year {local.year}, {FIRST_YEAR}..{LAST_YEAR} can be expressed")
    return bytes(
        (local.year - FIRST_YEAR, local.month, local.day, local.hour, local.minute, local.second)
    )
