"""Commands to vehicles (80, 81, 82; GB/T 32960.3 annex B): the office's file of them, and their sending.

The office says in one sealed file what is to be sent; whichever gateway has the vehicle sends it, each
attempt once. What became of it goes out on the stream ``downlink-<gateway>``; which command an answer
belongs to is for the office to say.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voltward.base.durable import replace_durably
from voltward.base.errors import BadInput
from voltward.gateway.answers import HEADER, TIME, beijing_time, edition_of

if TYPE_CHECKING:
    from voltward.gateway.house import House
    from voltward.gateway.outbox import Outbox

DOWNLINK: Final = (0x80, 0x81, 0x82)  # parameter query and set, terminal control
MOST_TOLD: Final = 4096  # octets of an answer on the small stream; the journal has all of it
FIRST: Final = 1
VERSION: Final = 1
_NONCE: Final = 12
_WHAT: Final = b"voltward downlink"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One command that waits for its vehicle.

    ``number``: the office's; ``attempt``: from 1. ``frame``: as it leaves, but that the first attempt
    gets its time when it is sent, and later ones keep it. ``until_s``: unix; not sent from then on.
    """

    number: int
    attempt: int
    frame: bytes = field(repr=False)  # an upgrade brings a password
    until_s: int

    @property
    def vin(self) -> bytes:
        return self.frame[4:21]


def write_wanted(path: Path, wanted: Iterable[Wanted], key: bytes) -> None:
    """Replace the file in one step, sealed under ``key`` (32 bytes): nobody else can command a vehicle."""
    rows = [[one.number, one.attempt, one.frame.hex(), one.until_s] for one in wanted]
    body = json.dumps({"version": VERSION, "wanted": rows}).encode("ascii")
    nonce = secrets.token_bytes(_NONCE)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, nonce + AESGCM(key).encrypt(nonce, body, _WHAT))


def read_wanted(path: Path, key: bytes) -> tuple[Wanted, ...]:
    """
    Raises:
        BadInput: not such a file, damaged, or sealed under another key.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    try:
        found: dict[str, Any] = json.loads(AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], _WHAT))
        if found["version"] != VERSION:
            raise BadInput(f"{path}: version {found['version']}, expected {VERSION}")
        return tuple(Wanted(n, a, bytes.fromhex(f), u) for n, a, f, u in found["wanted"])
    except InvalidTag:
        raise BadInput(f"{path}: damaged, or sealed under another key") from None
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: {type(error).__name__}: {error}") from None


def stamped(frame: bytes, time: bytes) -> bytes:
    """The same command with its six time bytes and a new check byte."""
    body = frame[2:HEADER] + time + frame[HEADER + TIME : -1]
    return frame[:2] + body + bytes((reduce(xor, body),))


@dataclass(slots=True)
class Downlink:
    """Sends each attempt once from this process; a vehicle may also come while its command waits."""

    wanted: tuple[Wanted, ...] = ()
    _done: set[tuple[int, int]] = field(default_factory=set)

    def use(self, wanted: tuple[Wanted, ...]) -> None:
        """What the office wants sent from now on."""
        self.wanted = wanted
        self._done &= {(one.number, one.attempt) for one in wanted}

    def step(self, house: House, out: Outbox) -> bool:
        """Send what can be sent now; False: nothing."""
        now_ns, sent = house.clock.now_ns(), False
        for one in self.wanted:
            key = (one.number, one.attempt)
            if key in self._done or now_ns >= one.until_s * 1_000_000_000:
                continue
            if (found := house.roster.session_of(one.vin)) is not None:
                self._done.add(key)
                self._send(one, *found, now_ns, out)
                sent = True
        return sent

    def _send(self, one: Wanted, link: int, edition: int, now_ns: int, out: Outbox) -> None:
        facts = {"number": one.number, "attempt": one.attempt}
        if int(edition_of(one.frame)) != edition:
            # its fields are of other widths there: the terminal would read something else
            out.event(link, "command_unfit", **facts)
            out.tell_downlink("unfit", edition=edition, **facts)
            return
        frame = stamped(one.frame, beijing_time(now_ns)) if one.attempt == FIRST else one.frame
        out.command(link, frame)
        out.tell_downlink("sent", time=frame[HEADER : HEADER + TIME].hex(), **facts)
