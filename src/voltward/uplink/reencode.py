"""A frame as a vehicle sent it, made the one that a public platform takes (GB/T 32960.3 clauses 5, 6).

Raw bytes as far as can be: of the platform's edition, and with nothing left out, only command and
check byte change. Otherwise information items are taken out, or said anew in the other edition; what
that has no words for is named, and nothing is invented (docs/uplink-editions.md).
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from voltward.base.errors import BadInput
from voltward.frames.editions import COMMAND, COMMANDS, PLAIN
from voltward.frames.frame import Frame, decode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, MAX_UNIT, bcc, pack_header
from voltward.frames.raws import Body
from voltward.frames.writing import write_fields, write_item
from voltward.uplink.editions.items import items_for
from voltward.uplink.editions.logins import login_to_2016, login_to_2025
from voltward.uplink.editions.losses import Losses

LOGIN, REALTIME, REISSUE, LOGOUT = 0x01, 0x02, 0x03, 0x04
_BECOMES: Final = {LOGIN: (LOGIN,), REALTIME: (REALTIME, REISSUE), LOGOUT: (LOGOUT,)}
_BECOMES[REISSUE] = _BECOMES[REALTIME]
_SHORTEST: Final = HEADER + 1
_EDITIONS: Final = {b"##": 2016, b"$$": 2025}


class Unreadable(BadInput):
    """No frame that could be forwarded; the text says what was found."""

    code = "unreadable"


class Reencoded(NamedTuple):
    """``frame`` None: nothing of it can be said, or (nothing is lost) all of it is left out.

    ``lost``: by information type and field, as ``motors.dc_bus_current_a``; the type alone where
    nothing of it can be said; ``rest.<problem>`` for bytes that were not understood. A number that
    had to be rounded is there too. ``thermal_as_3``: a thermal event is sent as level 3.
    """

    frame: bytes | None
    lost: tuple[str, ...] = ()
    thermal_as_3: bool = False


def reencoded(frame: bytes, *, edition: int, left_out: Collection[int], command: int) -> Reencoded:
    """The frame for a platform of ``edition``, with ``command``.

    ``frame``: whole, plain, 01 to 04. ``left_out``: information types of ``edition`` that are not
    sent. A raw copy's check byte is carried on, not made: damage stays visible.

    Raises:
        Unreadable: no such frame, one whose data unit is encrypted, or one that cannot become ``command``.
    """
    start = _checked(frame, command)
    if start == edition and (not left_out or command in (LOGIN, LOGOUT)):
        return Reencoded(copied(frame, command))
    if edition not in (Edition.Y2016, Edition.Y2025):
        raise Unreadable(f"edition {edition}, expected 2016 or 2025")
    try:
        decoded = decode_frame(frame)
    except BadInput as error:
        raise Unreadable(str(error)) from error
    if start == edition:
        return _reduced(frame, decoded, left_out, command)
    if command in (LOGIN, LOGOUT):
        return _session(decoded, Edition(edition), command)
    return _report(decoded, Edition(edition), left_out, command)


def copied(frame: bytes, command: int) -> bytes:
    """The same frame with another command byte."""
    found = frame[2]
    if found == command:
        return frame
    return b"%b%c%b%c" % (frame[:2], command, frame[3:-1], frame[-1] ^ found ^ command)


def _checked(frame: bytes, command: int) -> int:
    """The edition of a frame that can become ``command``."""
    if len(frame) < _SHORTEST:
        raise Unreadable(f"{len(frame)} bytes, a frame has at least {_SHORTEST}")
    edition = _EDITIONS.get(frame[:2])
    if edition is None:
        raise Unreadable(f"starts with {frame[:2].hex()}, no edition does")
    if len(frame) - _SHORTEST != frame[22] << 8 | frame[23]:
        raise Unreadable(
            f"{len(frame)} bytes, its head says {_SHORTEST + (frame[22] << 8 | frame[23])}"
        )
    if frame[21] != PLAIN:
        raise Unreadable(f"data unit encrypted ({frame[21]:#04x}): decrypt it first")
    if frame[3] != COMMAND or command not in _BECOMES.get(frame[2], ()):
        raise Unreadable(
            f"command {frame[2]:#04x}, flag {frame[3]:#04x} cannot become {command:#04x}"
        )
    return edition


def _reduced(frame: bytes, decoded: Frame, left_out: Collection[int], command: int) -> Reencoded:
    """The same frame without some items: without its signature too, which holds for the whole only."""
    body = decoded.body
    kept = [item for item in body.items if item.code not in left_out]
    if len(kept) == len(body.items) and not body.rest:
        return Reencoded(copied(frame, command))
    losses = _losses(decoded)
    if not kept and (body.items or body.rest):
        return Reencoded(None, tuple(losses.names))
    _lose_signature(body, losses)
    unit = _time(body) + b"".join(map(write_item, kept))
    return _sealed(decoded, decoded.header.edition, command, unit, losses)


def _report(decoded: Frame, edition: Edition, left_out: Collection[int], command: int) -> Reencoded:
    body = decoded.body
    losses = _losses(decoded)
    unit = _time(body)
    items = items_for(edition, body.items, left_out, losses)
    if not items and (body.items or body.rest):
        return Reencoded(None, tuple(losses.names))
    _lose_signature(body, losses)
    for item in items:
        more = write_item(item)
        if len(unit) + len(more) > MAX_UNIT:
            losses.add(item.name)
        else:
            unit += more
    return _sealed(decoded, edition, command, unit, losses)


def _session(decoded: Frame, edition: Edition, command: int) -> Reencoded:
    """Logins and logouts. Half a login says nothing that a platform could take."""
    body = decoded.body
    fields = COMMANDS[edition][command].fields
    if body.fields is None or any(field.name not in body.values for field in body.fields):
        found = decoded.error.detail if decoded.error else "nothing that could be read"
        raise Unreadable(f"command {command:#04x}: {found}")
    losses = _losses(decoded)
    values = body.values
    if command == LOGIN:
        change = login_to_2016 if edition is Edition.Y2016 else login_to_2025
        values = change(values, losses)
    return _sealed(decoded, edition, command, write_fields(fields, values), losses)


def _losses(decoded: Frame) -> Losses:
    """Those that are there before anything is changed: the bytes that were not understood."""
    losses = Losses()
    if decoded.body.rest:
        losses.add(f"rest.{decoded.problems[-1].code}")
    return losses


def _lose_signature(body: Body, losses: Losses) -> None:
    if body.values.get("signature") is not None:
        losses.add("signature")


def _time(body: Body) -> bytes:
    time = body.values.get("time")
    if not isinstance(time, bytes):
        raise Unreadable("no collection time")
    return time


def _sealed(
    decoded: Frame, edition: Edition, command: int, unit: bytes, losses: Losses
) -> Reencoded:
    head = pack_header(edition, command, COMMAND, decoded.header.unique_id, len(unit))
    frame = head + unit + bytes((bcc(head[2:] + unit),))
    return Reencoded(frame, tuple(losses.names), losses.thermal_as_3)
