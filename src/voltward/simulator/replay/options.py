"""What a replay is asked for."""

from dataclasses import dataclass, field
from typing import Literal

from voltward.base.errors import BadInput
from voltward.base.vin import VIN_LENGTH
from voltward.frames.grammar import Edition
from voltward.simulator.encoder import REALTIME, REISSUE
from voltward.simulator.replay.inventing import Inventions

Times = Literal["keep", "end-now", "live"]
SendAs = Literal["auto", "realtime", "reissue"]


@dataclass(frozen=True)
class ReplayOptions:
    """``speed``: file seconds per second, None as fast as it is taken.

    ``times``: "keep" leaves the times of the file; "end-now" moves all of them by whole seconds
    so that the last one is now; "live" gives every row the time at which it is sent.
    ``send_as``: 02 or 03; "auto" is 02 for live and 03 for the past.
    ``longest_wait_s``: gaps of the file take at most so long when a speed is given; they stay
    gaps in the times, except with "live". ``give_up_s``: so long without a link ends the replay.
    """

    vin: str
    edition: Edition = Edition.Y2016
    times: Times = "keep"
    speed: float | None = None
    send_as: SendAs = "auto"
    longest_wait_s: float = float("inf")
    inventions: Inventions = field(default_factory=Inventions)
    give_up_s: float = 60.0

    def __post_init__(self) -> None:
        if len(self.vin) != VIN_LENGTH or not self.vin.isascii():
            raise BadInput(f"--as: found {self.vin!r}, expected {VIN_LENGTH} ASCII characters")
        if self.speed is not None and not self.speed > 0:
            raise BadInput(f"--speed: found {self.speed:g}, expected a number above 0 or max")
        if self.times == "live" and self.speed is None:
            raise BadInput("--speed: found max with --times live, expected a number")

    @property
    def command(self) -> int:
        if self.send_as == "auto":
            return REALTIME if self.times == "live" else REISSUE
        return REALTIME if self.send_as == "realtime" else REISSUE
