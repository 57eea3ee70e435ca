"""How a terminal behaves on its link: the times and limits it keeps, and what it counts."""

from dataclasses import dataclass, field

from voltward.simulator.signing import Signer


@dataclass(frozen=True)
class Manners:
    """GB/T 32960.3 Annex B.2 with times that suit a demonstration; seconds where not said.

    The standard waits 60 s (2025: 180 s) between logins and 30 min after three: set
    ``first_back_off_s`` and ``longest_back_off_s`` so for a terminal to the letter.
    """

    answer_s: float = 10.0  # wait for a connection, an answer to login, logout or heartbeat
    heartbeat_s: float = 30.0
    first_back_off_s: float = 1.0
    longest_back_off_s: float = 60.0
    refused_back_off_s: float = 60.0  # after a login that was answered with a refusal
    resend_s: float = 60.0  # a report answered with an error goes again after this
    resend_times: int = 3
    stored_frames: int = 20_000  # kept while there is no link; the oldest is given up first
    confirm_frames: int = 2_000  # a heartbeat at least each so many frames
    ahead_frames: int = 8_000  # at most so many sent without a sign that they arrived
    signer: Signer | None = None  # of a terminal of 2025: signs its logins and reports


@dataclass
class Counted:
    """What happened on a terminal's links so far."""

    logins: int = 0
    logins_refused: int = 0
    last_login_flag: int = 0  # answer flag of the last refused login
    links_lost: int = 0
    connects_failed: int = 0
    sent: int = 0
    resent: int = 0
    confirmed: int = 0
    answered: int = 0
    refused: int = 0
    given_up: int = 0
    refusal_flags: dict[int, int] = field(default_factory=dict)

    def refuse(self, flag: int) -> None:
        self.refused += 1
        self.refusal_flags[flag] = self.refusal_flags.get(flag, 0) + 1
