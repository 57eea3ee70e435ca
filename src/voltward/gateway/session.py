"""One link as a state machine: whole frames and noise in; records, answers and events out.

Pure: no socket, no clock of its own, no file. Rules: GB/T 32960.3 clauses 5 and 6.3, Annex B.
"""

from __future__ import annotations

from voltward.columns.split import PieceReason
from voltward.frames.grammar import Edition
from voltward.gateway import logins
from voltward.gateway.answers import SHELL, TIME, answer, edition_of
from voltward.gateway.downlink import DOWNLINK, MOST_TOLD
from voltward.gateway.house import House
from voltward.gateway.judging import Verdict
from voltward.gateway.outbox import AnswerKind, Outbox
from voltward.gateway.reasons import COMMAND, SUCCESS, CloseReason, Refusal, flag_of
from voltward.gateway.register import PlatformGrant, Standing, text_of
from voltward.gateway.seats import NO_SLOT

LOGIN, REALTIME, REISSUE, LOGOUT = 0x01, 0x02, 0x03, 0x04
PLATFORM_LOGIN, PLATFORM_LOGOUT, HEARTBEAT, CLOCK, ACTIVATION = 0x05, 0x06, 0x07, 0x08, 0x09
KEY_EXCHANGE = 0x0B
# shortest data units of §4.1, §4.3, §4.4: login up to the ICCID, logout, platform login
_SHORTEST = {
    LOGIN: 28,
    REALTIME: TIME,
    REISSUE: TIME,
    LOGOUT: 8,
    PLATFORM_LOGIN: 41,
    PLATFORM_LOGOUT: 8,
}
_PLAIN = 0x01  # encryption byte: with any other the unit's inside is not ours to judge
_OF_A_VEHICLE = (LOGIN, REALTIME, REISSUE, LOGOUT)
_QUIET = (CloseReason.PEER, CloseReason.RESET)  # no event for who never logged in


class Session:
    """State of one link. ``vin``: unique id of the session, empty while nobody is logged in.

    ``seat``: where the columns of ``house.seats`` tell of it.
    """

    __slots__ = (
        "ended",
        "grant",
        "house",
        "is_replaced",
        "link",
        "peer",
        "seat",
        "sequence",
        "vin",
    )

    def __init__(self, house: House, link: int, peer: str) -> None:
        self.house = house
        self.link = link
        self.peer = peer
        self.vin = b""
        self.grant: PlatformGrant | None = None
        self.sequence = 0
        self.is_replaced = False
        self.ended = False
        self.seat = house.seats.take(link, house.clock.monotonic_s())
        house.sessions[link] = self

    @property
    def slot(self) -> int:
        """Its row in the roster; NO_SLOT while nobody is logged in."""
        return int(self.house.seats.slot[self.seat])

    @slot.setter
    def slot(self, slot: int) -> None:
        self.house.seats.slot[self.seat] = slot

    @property
    def last_frame_s(self) -> float:
        """When the last whole frame came, monotonic."""
        return float(self.house.seats.last_frame_s[self.seat])

    @property
    def since_s(self) -> float:
        """When it connected or logged out, monotonic."""
        return float(self.house.seats.since_s[self.seat])

    @property
    def is_logged_in(self) -> bool:
        return self.slot != NO_SLOT

    def take(self, data: bytes, reason: int, out: Outbox) -> None:
        """One piece of the stream, in order: a whole frame, or noise with its reason."""
        if reason != PieceReason.FRAME:
            self._take_noise(data, reason, out)
            return
        self.house.seats.last_frame_s[self.seat] = self.house.clock.monotonic_s()
        if self.is_replaced:
            out.refused(self.link, Refusal.REPLACED, data)
        elif data[3] != COMMAND:
            self._take_response(data, out)
        elif not self.is_logged_in:
            self._take_unknown(data, out)
        elif self.grant is None:
            self._take_vehicle(data, out)
        else:
            self._take_platform(data, self.grant, out)

    def overdue(self) -> CloseReason | None:
        """Why the link must go now, judged by the clock (R13, R14)."""
        limits, now = self.house.limits, self.house.clock.monotonic_s()
        if self.is_logged_in:
            silent = now - self.last_frame_s
            return CloseReason.IDLE if silent >= limits.idle_close_s else None
        if self.sequence:  # logged out: it may stay as long as a silent session may
            return CloseReason.IDLE if now - self.since_s >= limits.idle_close_s else None
        waited = now - self.since_s
        return CloseReason.LOGIN_DEADLINE if waited >= limits.login_deadline_s else None

    def replaced(self, by_link: int, out: Outbox) -> None:
        """The vehicle has logged in elsewhere; ``by_link`` is 0 when that is another process."""
        self.is_replaced = True
        out.replaced.append((self.link, by_link, self.vin))
        self._close(CloseReason.REPLACED, out)

    def end(self, reason: CloseReason, out: Outbox) -> None:
        """The link is gone, or goes now."""
        if self.ended:
            return
        self.ended = True
        self.house.sessions.pop(self.link, None)
        if self.is_logged_in or reason not in _QUIET:
            self._close(reason, out)
        self.house.seats.give_back(self.seat)

    def leave(self) -> None:
        """Nobody is logged in any more; the link stays."""
        if self.is_logged_in:
            self.house.roster.release(self.slot)
        self.slot, self.vin, self.grant = NO_SLOT, b"", None
        self.house.seats.since_s[self.seat] = self.last_frame_s

    def _close(self, reason: CloseReason, out: Outbox) -> None:
        vin = text_of(self.vin)
        self.leave()
        out.event(self.link, "close", vin=vin, peer=self.peer, reason=str(reason))

    def _take_noise(self, data: bytes, reason: int, out: Outbox) -> None:
        out.noise(self.link, reason, data)
        whole = reason == PieceReason.BAD_BCC and len(data) >= SHELL
        if not whole or len(data) != SHELL + int.from_bytes(data[22:24], "big"):
            return
        # a damaged frame of this session: say so, and the terminal sends it again (Annex B)
        if self.is_logged_in and data[3] == COMMAND and data[4:21] == self.vin:
            out.refusals.append(Refusal.BAD_BCC)
            self._answer_refusal(data, Refusal.BAD_BCC, out)

    def _take_response(self, data: bytes, out: Outbox) -> None:
        """A response of the terminal is kept, never answered (§3)."""
        if not self.is_logged_in:
            out.refused(self.link, Refusal.NOT_LOGGED_IN, data)
        elif data[2] in _OF_A_VEHICLE and self.house.prover.is_enrolled(data[4:21]):
            out.refused(self.link, Refusal.UNSIGNED, data)  # data in the form of a response
        elif data[4:21] == self.vin or (self.grant and self._is_behind(data, self.grant, out)):
            out.frame(self.link, data)
            if data[2] in DOWNLINK and self.grant is None:
                out.tell_downlink("answered", vin=text_of(self.vin), frame=data[:MOST_TOLD].hex())
        else:
            out.refused(self.link, Refusal.WRONG_VIN, data)

    def _take_unknown(self, data: bytes, out: Outbox) -> None:
        command = data[2]
        if command == LOGIN:
            logins.login_vehicle(self, data, out)
        elif command == PLATFORM_LOGIN:
            logins.login_platform(self, data, out)
        elif command == ACTIVATION and edition_of(data) is Edition.Y2025:
            logins.activation(self, data, out)
        else:
            self.refuse(data, Refusal.NOT_LOGGED_IN, out)

    def _take_vehicle(self, data: bytes, out: Outbox) -> None:
        command = data[2]
        if data[4:21] != self.vin:
            self.refuse(data, Refusal.WRONG_VIN, out)
        elif command == LOGIN:
            logins.login_vehicle(self, data, out)
        elif command in (PLATFORM_LOGIN, PLATFORM_LOGOUT):
            self.refuse(data, Refusal.WRONG_LINK, out)
        elif self.is_short(data):
            self.refuse(data, Refusal.STRUCTURE, out)
        elif command == KEY_EXCHANGE and edition_of(data) is Edition.Y2025:
            logins.key_exchange(self, data, out)
        elif (verdict := self.read(data, out)) is None:
            return
        elif self.is_short(verdict.frame):
            self.refuse(data, Refusal.STRUCTURE, out)
        elif command == LOGOUT:
            logins.logout(self, verdict.frame, "logout", out)
        else:
            self._keep(verdict.frame, self.house.answer_realtime == "always", out)

    def _take_platform(self, data: bytes, grant: PlatformGrant, out: Outbox) -> None:
        command = data[2]
        if command == PLATFORM_LOGIN:
            logins.login_platform(self, data, out)
        elif self.is_short(data):
            self.refuse(data, Refusal.STRUCTURE, out)
        elif command == PLATFORM_LOGOUT:
            logins.logout(self, data, "platform_logout", out)
        elif data[4:21] == self.vin and command not in _OF_A_VEHICLE:
            self._keep(data, False, out)  # the platform's own word: heartbeat, time, custom
        elif not self._is_behind(data, grant, out):
            self.refuse(data, Refusal.UNKNOWN_VIN, out)
        elif (verdict := self.read(data, out)) is None:
            return
        elif self.is_short(verdict.frame):
            self.refuse(data, Refusal.STRUCTURE, out)
        else:
            self._keep(verdict.frame, self.house.answer_realtime != "never", out)
            if command in (LOGIN, LOGOUT):
                out.answer(self.link, answer(verdict.frame, SUCCESS))

    def _is_behind(self, data: bytes, grant: PlatformGrant, out: Outbox) -> bool:
        """May this platform speak for the vehicle of this frame?"""
        admitted = self.house.register.behind(grant, data[4:21])
        if admitted.standing is Standing.UNREGISTERED:
            self.tell_unregistered(data, out)
        return admitted.standing is not Standing.REFUSED

    def _keep(self, data: bytes, answer_realtime: bool, out: Outbox) -> None:
        """An admitted frame: written, and answered when its command asks for it (§3)."""
        out.frame(self.link, data)
        command = data[2]
        if command == HEARTBEAT:
            out.answer(self.link, answer(data, SUCCESS), AnswerKind.ALIVE)
        elif command == CLOCK:
            out.answer(self.link, data, AnswerKind.CLOCK)
        elif command in (REALTIME, REISSUE) and answer_realtime:
            out.answer(self.link, answer(data, SUCCESS))

    def read(self, data: bytes, out: Outbox) -> Verdict | None:
        """The frame as it reads and what it proves; None: it may not pass, and was answered.

        What came encrypted is kept as it came, too.
        """
        verdict = self.house.proof(data[4:21], data)
        if verdict.refusal is not None:
            self.refuse(data, verdict.refusal, out)
            return None
        if verdict.frame is not data and verdict.frame != data:
            out.sealed(self.link, data)
        return verdict

    def is_short(self, data: bytes) -> bool:
        wanted = _SHORTEST.get(data[2], 0) if data[21] == _PLAIN else 0
        return len(data) - SHELL < wanted

    def refuse(self, data: bytes, refusal: Refusal, out: Outbox) -> None:
        out.refused(self.link, refusal, data)
        vin = data[4:21]
        if self.house.may_tell(refusal.word, vin):
            edition = edition_of(data)
            facts = {"edition": int(edition), "command": data[2], "session_vin": text_of(self.vin)}
            out.event(
                self.link, "refused", vin=text_of(vin), peer=self.peer, reason=refusal.word, **facts
            )
        self._answer_refusal(data, refusal, out)

    def _answer_refusal(self, data: bytes, refusal: Refusal, out: Outbox) -> None:
        if data[2] in (REALTIME, REISSUE) and self.house.answer_realtime == "never":
            return
        out.answer(self.link, answer(data, flag_of(edition_of(data), refusal)))

    def tell_unregistered(self, data: bytes, out: Outbox) -> None:
        vin = data[4:21]
        if self.house.may_tell("unregistered", vin):
            out.event(self.link, "unregistered", vin=text_of(vin), peer=self.peer)
