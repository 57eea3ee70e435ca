"""What a terminal still owes the platform: reports kept, reports sent without a sign of arrival."""

from collections import deque
from collections.abc import Sequence

from voltward.simulator import messages
from voltward.simulator.manners import Counted, Manners
from voltward.simulator.messages import Answer

_TIME = slice(24, 30)


class Delivery:
    """Queues of one terminal; no sockets and no clock.

    ``held``: waits for a login that is under way, goes out as it is. ``stored``: waits for a
    link, goes out as reissue. ``unconfirmed``: sent, in order; an answered heartbeat confirms
    what was sent before it. After a lost link all unconfirmed frames are stored again as
    reissue: the platform counts and drops what it has already.
    """

    def __init__(self, manners: Manners, counted: Counted) -> None:
        self._manners = manners
        self._counted = counted
        self._held: deque[bytes] = deque()
        self._stored: deque[bytes] = deque()
        self._unconfirmed: deque[bytes] = deque()
        self._behind_heartbeat: int | None = None
        self._tries: dict[bytes, int] = {}

    @property
    def held(self) -> int:
        return len(self._held)

    @property
    def stored(self) -> int:
        return len(self._stored)

    @property
    def unconfirmed(self) -> int:
        return len(self._unconfirmed)

    @property
    def heartbeat_is_open(self) -> bool:
        """A heartbeat was sent and not answered."""
        return self._behind_heartbeat is not None

    @property
    def is_far_ahead(self) -> bool:
        """Nothing more may be sent before a sign of arrival."""
        return len(self._unconfirmed) >= self._manners.ahead_frames

    @property
    def wants_heartbeat(self) -> bool:
        """So much was sent that a sign of arrival is due."""
        return not self.heartbeat_is_open and len(self._unconfirmed) >= self._manners.confirm_frames

    def hold(self, frame: bytes) -> None:
        """Keep ``frame`` for the moments until the login is answered."""
        self._held.append(frame)

    def take_held(self) -> list[bytes]:
        """All that was held; it is to be sent now."""
        held = list(self._held)
        self._held.clear()
        return held

    def store(self, frame: bytes) -> None:
        """Keep ``frame`` for later, as reissue; of too many the oldest is given up."""
        if len(self._stored) >= self._manners.stored_frames:
            self._stored.popleft()
            self._counted.given_up += 1
        self._stored.append(messages.reissued(frame))

    def take_stored(self, many: int) -> list[bytes]:
        """Up to ``many`` kept frames, oldest first; they are to be sent now."""
        return [self._stored.popleft() for _ in range(min(many, len(self._stored)))]

    def sent(self, frames: Sequence[bytes]) -> None:
        self._unconfirmed.extend(frames)
        self._counted.sent += len(frames)

    def heartbeat_sent(self) -> None:
        self._behind_heartbeat = len(self._unconfirmed)

    def heartbeat_answered(self) -> None:
        if self._behind_heartbeat is not None:
            self._confirm(self._behind_heartbeat)
            self._behind_heartbeat = None

    def all_arrived(self) -> None:
        """The logout was answered: everything before it arrived."""
        self._confirm(len(self._unconfirmed))

    def link_lost(self) -> None:
        """What may not have arrived goes again, before what was kept since."""
        self._behind_heartbeat = None
        self._counted.resent += len(self._unconfirmed)
        self._stored.extendleft(messages.reissued(frame) for frame in reversed(self._unconfirmed))
        self._unconfirmed.clear()
        for frame in self.take_held():
            self.store(frame)

    def refused(self, answer: Answer) -> bytes | None:
        """A report was answered with an error: the frame to send again, or None to give up."""
        self._counted.refuse(answer.flag)
        frame = next((one for one in self._unconfirmed if one[_TIME] == answer.time), None)
        tries = self._tries.pop(answer.time, 0) + 1
        if frame is None or tries > self._manners.resend_times:
            self._counted.given_up += 1
            return None
        self._tries[answer.time] = tries
        return frame

    def _confirm(self, frames: int) -> None:
        for _ in range(min(frames, len(self._unconfirmed))):
            self._unconfirmed.popleft()
            self._counted.confirmed += 1
