"""A vehicle's terminal over TCP: logs in, reports, keeps what it cannot send, comes back."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from voltward.base.clock import Clock
from voltward.frames.grammar import Edition
from voltward.simulator import messages
from voltward.simulator.delivery import Delivery
from voltward.simulator.encoder import REALTIME, REISSUE
from voltward.simulator.link import Link
from voltward.simulator.manners import Counted, Manners
from voltward.simulator.messages import Answer

_WRITE_TOGETHER = 64
_LOOK_EACH_S = 0.25


@dataclass(frozen=True)
class Identity:
    """Who the terminal is; its ICCID is invented."""

    vin: str
    edition: Edition

    @property
    def iccid(self) -> str:
        return messages.invented_iccid(self.vin)


class _Session(Enum):
    FAILED = "no link, or no answer to the login"
    REFUSED = "the login was refused"
    SERVED = "it was logged in"


class Terminal:
    """One vehicle. ``run()`` is its task; ``sign_on`` and ``sign_off`` say when it is wanted."""

    def __init__(
        self,
        address: tuple[str, int],
        identity: Identity,
        *,
        manners: Manners,
        clock: Clock,
        seed: int = 0,
    ) -> None:
        self.identity = identity
        self.counted = Counted()
        self.delivery = Delivery(manners, self.counted)
        self._address = address
        self._manners = manners
        self._clock = clock
        # of waiting times only, nothing that must not be guessed
        self._random = random.Random(f"{seed} {identity.vin}")  # noqa: S311
        self._link: Link | None = None
        self._sequence = 0
        self._online = asyncio.Event()
        self._wanted = asyncio.Event()
        self._expecting = False
        self._stopping = False
        self._news = asyncio.Event()
        self._replies: dict[int, asyncio.Future[Answer]] = {}
        self._resends: set[asyncio.TimerHandle] = set()

    @property
    def is_online(self) -> bool:
        return self._online.is_set()

    def sign_on(self) -> None:
        """Be connected and logged in from now on."""
        self._expecting = self._expecting or not self._wanted.is_set()
        self._wanted.set()

    def sign_off(self) -> None:
        """Log out when everything is sent, and stay away until the next ``sign_on``."""
        self._wanted.clear()
        self._news.set()

    def stop(self) -> None:
        """Log out and end ``run()``."""
        self._stopping = True
        self._wanted.set()
        self._news.set()

    def report(self, frame: bytes) -> None:
        """Send ``frame`` now, or keep it and send it as reissue when there is a link again.

        While the first login after ``sign_on`` is under way it waits and stays real-time.
        """
        link = self._link
        if link is not None and self.is_online and link.writable.is_set():
            self._write(link, [frame])
        elif self._expecting:
            self.delivery.hold(frame)
        else:
            self.delivery.store(frame)
            self._news.set()

    async def send(self, frames: Sequence[bytes]) -> None:
        """Send ``frames`` in order, waiting as long as the platform or the network wants.

        Returns when they are written; ``confirmed()`` waits until they have arrived.
        """
        for start in range(0, len(frames), _WRITE_TOGETHER):
            link = await self._ready_link()
            self._write(link, frames[start : start + _WRITE_TOGETHER])

    async def confirmed(self) -> None:
        """Wait until there is a sign that everything sent has arrived."""
        while self.delivery.unconfirmed or self.delivery.stored:
            if self._link is not None and self.is_online and not self.delivery.heartbeat_is_open:
                self._beat(self._link)
            await self._some_news(self._manners.heartbeat_s)

    async def run(self) -> None:
        """Live until ``stop()``; never raises for what the network or the platform does."""
        back_off_s = self._manners.first_back_off_s
        while True:
            await self._wanted.wait()
            if self._stopping:
                break
            ended = await self._one_session()
            if ended is _Session.SERVED:
                back_off_s = self._manners.first_back_off_s
            elif ended is _Session.REFUSED:
                back_off_s = max(back_off_s, self._manners.refused_back_off_s)
            if self._is_wanted():
                await self._pause(back_off_s * self._random.uniform(0.5, 1.5))
                back_off_s = min(back_off_s * 2, self._manners.longest_back_off_s)
        for timer in self._resends:
            timer.cancel()

    def _is_wanted(self) -> bool:
        return self._wanted.is_set() and not self._stopping

    async def _pause(self, seconds: float) -> None:
        """Wait before the next try, unless nobody wants one any more."""
        until = self._clock.monotonic_s() + seconds
        while self._is_wanted() and (left_s := until - self._clock.monotonic_s()) > 0:
            await asyncio.sleep(min(left_s, _LOOK_EACH_S))

    async def _one_session(self) -> _Session:
        """Connect, log in, serve until the link is lost or unwanted."""
        link = Link(self._take_answer, self._news.set)
        try:
            async with asyncio.timeout(self._manners.answer_s):
                await asyncio.get_running_loop().create_connection(lambda: link, *self._address)
        except (OSError, TimeoutError):
            self.counted.connects_failed += 1
            self._give_up_expecting()
            return _Session.FAILED
        self._link = link
        try:
            return await self._log_in_and_serve(link)
        finally:
            self._online.clear()
            self._link = None
            link.abort()
            self._give_up_expecting()

    def _give_up_expecting(self) -> None:
        """Whatever has not arrived is kept from now on, and goes out as reissue."""
        self._expecting = False
        self.delivery.link_lost()
        self._news.set()

    async def _log_in_and_serve(self, link: Link) -> _Session:
        self._sequence = self._sequence % messages.LAST_SEQUENCE + 1
        who = self.identity
        login = self._signed(
            messages.login(who.edition, who.vin, self._sequence, self._now_s(), who.iccid)
        )
        answer = await self._ask(link, messages.LOGIN, login)
        if answer is None:
            return _Session.FAILED
        if not answer.is_success:
            self.counted.logins_refused += 1
            self.counted.last_login_flag = answer.flag
            return _Session.REFUSED
        self.counted.logins += 1
        self._expecting = False
        self._online.set()
        if self.delivery.held:
            self._write(link, self.delivery.take_held())
        self._news.set()
        await self._serve(link)
        return _Session.SERVED

    async def _serve(self, link: Link) -> None:
        """Send what was kept, beat, until the link is lost or the terminal unwanted."""
        beat_at_s = self._clock.monotonic_s() + self._manners.heartbeat_s
        while not link.lost.is_set():
            await self._send_stored(link)
            if not self._is_wanted() and not self.delivery.stored:
                await self._log_out(link)
                return
            left_s = beat_at_s - self._clock.monotonic_s()
            if left_s > 0:
                await self._some_news(left_s)
                continue
            if self.delivery.heartbeat_is_open:
                break  # nothing came back for a whole period: the link is dead
            self._beat(link)
            beat_at_s += self._manners.heartbeat_s
        self.counted.links_lost += 1

    async def _send_stored(self, link: Link) -> None:
        while self.delivery.stored and not link.lost.is_set() and not self.delivery.is_far_ahead:
            await link.writable.wait()
            self._write(link, self.delivery.take_stored(_WRITE_TOGETHER))

    async def _log_out(self, link: Link) -> None:
        self._online.clear()
        who = self.identity
        logout = messages.logout(who.edition, who.vin, self._sequence, self._now_s())
        if await self._ask(link, messages.LOGOUT, logout) is not None:
            self.delivery.all_arrived()
        link.close()

    async def _ask(self, link: Link, command: int, frame: bytes) -> Answer | None:
        """Send ``frame`` and wait for its answer; None: it did not come in time."""
        reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._replies[command] = reply
        gone = asyncio.ensure_future(link.lost.wait())
        link.write(frame)
        try:
            await asyncio.wait(
                (reply, gone), timeout=self._manners.answer_s, return_when=asyncio.FIRST_COMPLETED
            )
            return reply.result() if reply.done() else None
        finally:
            gone.cancel()
            self._replies.pop(command, None)

    async def _ready_link(self) -> Link:
        """A link that is online and takes more, with not too much unconfirmed on it."""
        while True:
            link = self._link
            if link is not None and self.is_online and not self.delivery.stored:
                await link.writable.wait()
                if not link.lost.is_set() and not self.delivery.is_far_ahead:
                    return link
            await self._some_news(self._manners.heartbeat_s)

    async def _some_news(self, seconds: float) -> None:
        """Wait until anything happens on the link, at most ``seconds``."""
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _write(self, link: Link, frames: Sequence[bytes]) -> None:
        link.write(b"".join(self._signed(frame) for frame in frames))
        self.delivery.sent(frames)
        if self.delivery.wants_heartbeat:
            self._beat(link)

    def _signed(self, frame: bytes) -> bytes:
        """As it leaves: with its signature, if this terminal signs."""
        signer = self._manners.signer
        return frame if signer is None else signer.signed(frame)

    def _beat(self, link: Link) -> None:
        self.delivery.heartbeat_sent()
        link.write(messages.heartbeat(self.identity.edition, self.identity.vin))

    def _take_answer(self, answer: Answer) -> None:
        if answer.command in (REALTIME, REISSUE):
            self._take_report_answer(answer)
        elif answer.command == messages.HEARTBEAT:
            self.delivery.heartbeat_answered()
        reply = self._replies.get(answer.command)
        if reply is not None and not reply.done():
            reply.set_result(answer)
        self._news.set()

    def _take_report_answer(self, answer: Answer) -> None:
        if answer.is_success:
            self.counted.answered += 1
        elif (frame := self.delivery.refused(answer)) is not None:
            loop = asyncio.get_running_loop()
            self._resends = {timer for timer in self._resends if timer.when() > loop.time()}
            self._resends.add(loop.call_later(self._manners.resend_s, self._resend, frame))

    def _resend(self, frame: bytes) -> None:
        self.counted.resent += 1
        self.delivery.store(frame)
        self._news.set()

    def _now_s(self) -> int:
        return self._clock.now_ns() // 1_000_000_000
