"""Sends a recording over TCP as the terminal of one vehicle."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import Refused
from voltward.simulator.encoder import frame_matrix, frames_of
from voltward.simulator.manners import Counted, Manners
from voltward.simulator.quantising import Tallies
from voltward.simulator.recording import BadRow, Recording
from voltward.simulator.replay.content import Content
from voltward.simulator.replay.options import ReplayOptions
from voltward.simulator.replay.timing import Span, Timed, span_of, timed
from voltward.simulator.terminal import Identity, Terminal

_LOOK_EACH_S = 0.1
_TOGETHER = 512
MANNERS = Manners(first_back_off_s=0.2, longest_back_off_s=5.0)


class Unreachable(Refused):
    """No link to the platform, for too long."""

    code = "unreachable"


class LoginRefused(Refused):
    """The platform answered the login with a refusal."""

    code = "login_refused"


@dataclass
class ReplayResult:
    """What was sent: ``tallies`` say which values were rounded, missing or did not fit."""

    rows: int = 0
    rows_in_file: int = 0
    frames: int = 0
    seconds: float = 0.0
    tallies: Tallies = field(default_factory=Tallies)
    counted: Counted = field(default_factory=Counted)
    bad_rows: list[BadRow] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    probe_offset: int = 0
    probe_offset_because: str = ""

    @property
    def text(self) -> str:
        """A summary for people, several lines."""
        total = self.tallies.total
        lines = [
            f"{self.rows} rows as {self.frames} frames in {self.seconds:.1f} s; "
            f"{self.counted.confirmed} known to have arrived, {self.counted.refused} refused",
            f"values: {total('values')} sent, {total('finer')} rounded to the protocol's step, "
            f"{total('missing')} missing and {total('unfit')} unfit (sent as invalid), "
            f"{total('codes')} that were codes, {total('out_of_range')} out of range",
            f"probe offset {self.probe_offset}: {self.probe_offset_because}",
        ]
        if self.unused:
            lines.append(f"columns not sent: {', '.join(self.unused)}")
        lines += [f"skipped {bad}" for bad in self.bad_rows]
        return "\n".join(lines)


Progress = Callable[[ReplayResult], None]


def encoded(
    recording: Recording,
    options: ReplayOptions,
    span: Span,
    now_s: float,
    result: ReplayResult,
) -> Iterator[tuple[Timed, list[bytes]]]:
    """Block by block: rows with their times, and their frames (``frames_per_row`` each)."""
    content = Content(recording, options.edition, options.inventions)
    for block in timed(recording, options, span, now_s):
        parts = [
            list(
                frames_of(
                    frame_matrix(
                        options.edition,
                        options.command,
                        options.vin,
                        block.collected_at,
                        bodies,
                        result.tallies,
                    )
                )
            )
            for bodies in content.frames(block.rows)
        ]
        yield block, [frame for row in zip(*parts, strict=True) for frame in row]


async def replay(
    recording: Recording,
    options: ReplayOptions,
    address: tuple[str, int],
    *,
    clock: Clock | None = None,
    manners: Manners | None = None,
    on_progress: Progress = lambda _result: None,
) -> ReplayResult:
    """Log in, send every row, wait until all have arrived, log out.

    Raises:
        BadInput: a row that cannot be used.
        Unreachable, LoginRefused: the platform is not there, or does not want this vehicle.
    """
    clock = clock or SystemClock()
    span = span_of(recording)
    who = Identity(options.vin, options.edition)
    terminal = Terminal(address, who, manners=manners or MANNERS, clock=clock)
    result = _new_result(recording, span, terminal)
    started_s = clock.monotonic_s()
    living = asyncio.create_task(terminal.run())
    sending = asyncio.create_task(
        _send(recording, options, span, terminal, clock, result, on_progress)
    )
    terminal.sign_on()
    try:
        await _watched(sending, terminal, options, address, clock)
        terminal.stop()
        await living
    finally:
        sending.cancel()
        living.cancel()
        await asyncio.gather(sending, living, return_exceptions=True)
    result.seconds = clock.monotonic_s() - started_s
    result.bad_rows = list(recording.bad_rows)
    return result


def _new_result(recording: Recording, span: Span, terminal: Terminal) -> ReplayResult:
    return ReplayResult(
        rows_in_file=span.rows,
        counted=terminal.counted,
        unused=recording.unused,
        probe_offset=recording.probe_offset,
        probe_offset_because=recording.probe_offset_because,
    )


async def _send(
    recording: Recording,
    options: ReplayOptions,
    span: Span,
    terminal: Terminal,
    clock: Clock,
    result: ReplayResult,
    on_progress: Progress,
) -> None:
    while not terminal.is_online:
        await asyncio.sleep(_LOOK_EACH_S)
    start_s, now_s = clock.monotonic_s(), clock.now_ns() / 1e9
    for block, frames in encoded(recording, options, span, now_s, result):
        per_row = len(frames) // len(block.rows)
        for first, last in _due_together(block, options):
            wait_s = start_s + float(block.due_s[first]) - clock.monotonic_s()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            await terminal.send(frames[first * per_row : last * per_row])
            result.rows += last - first
            result.frames += (last - first) * per_row
            on_progress(result)
    await terminal.confirmed()


def _due_together(block: Timed, options: ReplayOptions) -> Iterator[tuple[int, int]]:
    """Half-open ranges of rows that go out together."""
    if options.speed is None:
        yield from (
            (start, min(start + _TOGETHER, len(block.rows)))
            for start in range(0, len(block.rows), _TOGETHER)
        )
    else:
        yield from ((row, row + 1) for row in range(len(block.rows)))


async def _watched(
    sending: asyncio.Task[None],
    terminal: Terminal,
    options: ReplayOptions,
    address: tuple[str, int],
    clock: Clock,
) -> None:
    """Wait for ``sending``, or say why it cannot go on."""
    online_s = clock.monotonic_s()
    while not sending.done():
        await asyncio.wait((sending,), timeout=_LOOK_EACH_S)
        if terminal.is_online:
            online_s = clock.monotonic_s()
        if terminal.counted.logins_refused:
            flag = terminal.counted.last_login_flag
            raise LoginRefused(f"{options.vin}: found login answer 0x{flag:02x}, expected 0x01")
        if clock.monotonic_s() - online_s > options.give_up_s:
            raise Unreachable(
                f"{address[0]}:{address[1]}: found no link for {options.give_up_s:g} s, "
                "expected a platform that takes logins"
            )
    sending.result()
