"""A public platform without sockets: whom it lets in, what it accepts, how it answers.

GB/T 32960.3 clause 5 and table 3 (flags); the commands 10 to 13 and 90 of GB/T 45688 annex B.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import BadInput
from voltward.frames.editions import COMMAND, EDITION_OF, PLAIN
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import text_of
from voltward.simulator.platform.answers import EMPTY, STYLES, TIME, answer, spoiled
from voltward.simulator.platform.book import SUCCESS, Book
from voltward.simulator.platform.covered import (
    KEY_EXCHANGE,
    NOT_DECRYPTED,
    NOT_SIGNED,
    Demands,
    without_time,
)
from voltward.simulator.platform.faults import Faults

PLATFORM_LOGIN, PLATFORM_LOGOUT, HEARTBEAT = 0x05, 0x06, 0x07
_VEHICLE_DATA: Final = (0x01, 0x02, 0x03, 0x04)
_REPORTS: Final = (0x10, 0x11, 0x12, 0x13)
HAZARD_FEEDBACK: Final = 0x90
ERROR: Final = 0x02
# 2016 has no word but "error" for these.
_UNKNOWN_VIN: Final = {Edition.Y2016: ERROR, Edition.Y2025: 0x04}
_STRUCTURE: Final = {Edition.Y2016: ERROR, Edition.Y2025: 0x06}


@dataclass(slots=True)
class PlatformConfig:
    """``accounts``: password of each user, or a file that is read at every login.

    ``vehicles``: VINs that are registered; None: all are. ``style``: form of answers (``answers``).
    ``checks_units``: every data unit is decoded; without, the platform is some times faster.
    ``demands``: how data units are encrypted and signed.
    """

    edition: Edition = Edition.Y2016
    accounts: dict[str, str | Path] = field(default_factory=dict)
    vehicles: Collection[str] | None = None
    style: str = TIME
    checks_units: bool = True
    seed: int = 0
    keep: int = 1000
    record: Path | None = None
    demands: Demands = field(default_factory=Demands)


class Platform:
    """What all connections share. ``faults``, ``accounts`` and ``vehicles`` may change at any time.

    Raises:
        BadInput: an unknown style.
    """

    def __init__(
        self, config: PlatformConfig, faults: Faults | None = None, clock: Clock | None = None
    ) -> None:
        if config.style not in STYLES:
            raise BadInput(f"style: found {config.style!r}, expected {', '.join(STYLES)}")
        self.config = config
        self.faults = faults or Faults()
        self.accounts = config.accounts
        self.vehicles = config.vehicles
        self.clock = clock or SystemClock()
        self.book = Book(self.clock, keep=config.keep, record=config.record)
        self.draws = random.Random(config.seed)  # noqa: S311 - faults by seed, no secret

    def password_of(self, user: str) -> str | None:
        found = self.accounts.get(user)
        return found.read_text(encoding="utf-8").strip() if isinstance(found, Path) else found

    def knows(self, vin: bytes) -> bool:
        return self.vehicles is None or text_of(vin) in self.vehicles


class Session:
    """One connection: frame in, bytes of the answer out (none, or what the faults leave of it)."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._sequence = 0
        self.user: str | None = None
        self.messages = 0

    @property
    def is_over(self) -> bool:
        """The fault that closes connections has come."""
        most = self._platform.faults.close_after
        return 0 < most <= self.messages

    def take(self, frame: bytes) -> bytes:
        """The answer to a whole frame with the right check byte."""
        platform = self._platform
        self.messages += 1
        command, demands = frame[2], platform.config.demands
        if frame[3] != COMMAND:
            if command == HAZARD_FEEDBACK:
                platform.book.feedback.append((frame[4:21], frame[3]))
            return b""
        plain = demands.plain(frame)
        if plain is None:
            return self._unreadable(frame)
        frame = plain
        if command == PLATFORM_LOGIN:
            return demands.covered(self._login(frame))
        if command == PLATFORM_LOGOUT and self.user is not None:
            return demands.covered(self._logout(frame))
        if command == HEARTBEAT and self.user is not None:
            return answer(frame, SUCCESS, TIME)
        if command == KEY_EXCHANGE and self.user is not None:
            flag = SUCCESS if demands.takes_key(frame) else NOT_DECRYPTED[platform.config.edition]
            return answer(frame, flag, EMPTY)
        return self._message(frame)

    def _unreadable(self, frame: bytes) -> bytes:
        """Not encrypted as agreed: what its time is nobody can say."""
        edition = self._platform.config.edition
        flag = ERROR if self.user is None else NOT_DECRYPTED[edition]
        bare = without_time(frame) if frame[21] != PLAIN else frame
        if frame[2] == PLATFORM_LOGIN:
            self._platform.book.login("", 0, ERROR)
        else:
            self._platform.book.take(frame, flag)
        return answer(bare, flag, self._platform.config.style)

    def _message(self, frame: bytes) -> bytes:
        """Of a vehicle, readable."""
        platform, demands = self._platform, self._platform.config.demands
        bare = demands.unsigned(frame)
        flag = NOT_SIGNED[platform.config.edition] if bare is None else self._flag(bare)
        frame = frame if bare is None else bare
        faults = platform.faults
        if flag == SUCCESS and faults.refuses_messages and self._is_refused(frame, faults):
            flag = faults.error_flag
        platform.book.take(frame, flag)
        if not faults.spoils_answers:
            return demands.covered(answer(frame, flag, platform.config.style))
        given = spoiled(frame, flag, platform.config.style, faults, platform.draws)
        platform.book.figures.answers_withheld += not given
        return given

    def _login(self, frame: bytes) -> bytes:
        body = decode_frame(frame).body.values
        user, password = _text(body.get("user")), _text(body.get("password"))
        sequence = body.get("sequence")
        found = sequence if isinstance(sequence, int) else 0
        faults = self._platform.faults
        wanted = self._platform.password_of(user)
        is_right = (
            EDITION_OF[frame[:2]] is self._platform.config.edition
            and wanted is not None
            and password == wanted
            and body.get("encryption") == self._platform.config.demands.encryption
            and found > 0
        )
        flag = SUCCESS if is_right and not faults.refuse_logins else ERROR
        if faults.mute_logins:
            self._platform.book.login(user, found, 0)
            return b""
        self._platform.book.login(user, found, flag)
        if flag == SUCCESS:
            self.user, self._sequence = user, found
        return answer(frame, flag, self._platform.config.style)

    def _logout(self, frame: bytes) -> bytes:
        """The sequence must be that of the login."""
        is_right = decode_frame(frame).body.values.get("sequence") == self._sequence
        self._platform.book.figures.commands[PLATFORM_LOGOUT] += 1
        if is_right:
            self.user = None
        return answer(frame, SUCCESS if is_right else ERROR, self._platform.config.style)

    def _flag(self, frame: bytes) -> int:
        command, edition = frame[2], EDITION_OF[frame[:2]]
        platform = self._platform
        own = platform.config.edition
        if self.user is None:
            return ERROR
        # The reports of GB/T 45688 come with either start: its text does not say which.
        if not (command in _REPORTS or (command in _VEHICLE_DATA and edition is own)):
            return ERROR
        if not platform.knows(frame[4:21]):
            return _UNKNOWN_VIN[own]
        if platform.config.checks_units and decode_frame(frame).problems:
            return _STRUCTURE[own]
        return SUCCESS

    def _is_refused(self, frame: bytes, faults: Faults) -> bool:
        if faults.error_vin and text_of(frame[4:21]) in faults.error_vin:
            return True
        return faults.error > 0 and self._platform.draws.random() < faults.error


def _text(raw: object) -> str:
    return text_of(raw) if isinstance(raw, bytes) else ""
