"""Deliberately wrong gateways. Each fault test must fail on the one made for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from voltward.columns.batch import Bytes, Indices
from voltward.columns.split import Split, split
from voltward.gateway import hub, server
from voltward.gateway.batch import Batch, Cut, Inbox
from voltward.gateway.committer import Committer
from voltward.gateway.config import GatewayConfig
from voltward.gateway.hub import Hub
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link
from voltward.gateway.online import FILE_BYTES, Region
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import CloseReason
from voltward.gateway.register import Admitted, Register, Standing
from voltward.gateway.roster import Claim, Roster
from voltward.gateway.seats import Seats
from voltward.gateway.session import Session
from voltward.gateway.watch import Watch
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.writer import JournalWriter
from voltward.seals.block import Signed
from voltward.seals.keys import Algorithm, PublicKey


class _Deaf:
    """Takes reports and passes none on."""

    def __getattr__(self, name: str) -> Any:
        return lambda *facts: None


class AnswersFirst:
    """Says that a batch is on disk, and writes it with the next one."""

    def __init__(self, journal: Any, listener: Any, retry_every_s: float) -> None:
        self._listener = listener
        self._real = Committer(journal, _Deaf(), retry_every_s)
        self._owed: Batch | None = None

    def start(self) -> None:
        self._real.start()

    def submit(self, batch: Batch) -> None:
        self._listener.committed(batch, 0.0)
        if self._owed is not None:
            self._real.submit(self._owed)
        self._owed = batch

    @property
    def waiting_s(self) -> float:
        return self._real.waiting_s

    def stop(self, patience_s: float) -> bool:
        return self._real.stop(patience_s)


def answers_before_writing() -> None:
    """R1."""
    hub.Committer = AnswersFirst  # type: ignore[assignment, misc]


class SwallowsFaults(JournalWriter):
    """Takes a failed commit for a good one."""

    def commit(self) -> Position:
        try:
            return super().commit()
        except JournalError:
            return self.end


def swallows_faults() -> None:
    """R4."""
    server.JournalWriter = SwallowsFaults  # type: ignore[misc]


class TriesInSilence(JournalWriter):
    """Tries a full disk for ever, and tells nobody."""

    def commit(self) -> Position:
        while True:
            try:
                return super().commit()
            except JournalError:
                self._again()

    def _again(self) -> None:
        try:
            super().recover()
        except JournalError:
            return


def tries_in_silence() -> None:
    """R5."""
    server.JournalWriter = TriesInSilence  # type: ignore[misc]


def admits_everybody(self: Register, vin: bytes) -> Admitted:
    """R15: in place of ``Register.vehicle``."""
    return Admitted(Standing.REGISTERED)


_take_vehicle = Session._take_vehicle


def checks_no_vin(self: Session, data: bytes, out: Outbox) -> None:
    """R16: in place of ``Session._take_vehicle``; the frame is kept under the session's VIN."""
    _take_vehicle(self, data[:4] + self.vin + data[21:], out)


_vehicle = Roster.vehicle


def newest_always_wins(self: Roster, *facts: Any, **more: Any) -> Claim:
    """R17: in place of ``Roster.vehicle``."""
    return _vehicle(self, *facts, **{**more, "replace": True})


def skips_verification(unit: bytes, key: PublicKey, algorithm: Algorithm, first: Signed) -> Signed:
    """R19: in place of ``judging.verified``; whatever carries a block is believed."""
    return Signed.WITHOUT_MARKER


def counts_no_early_bytes(self: Link, count: int) -> None:
    """R12: in place of ``Link._count_early``."""


def minds_silence_only(self: Session) -> CloseReason | None:
    """R13: in place of ``Session.overdue``; every byte buys more time."""
    return None


def waits_for_ever(self: Intake, link: Link) -> None:
    """R11: in place of ``Intake.give_up``; a fake start swallows what follows."""


def gives_up_blindly(buffer: Bytes, offsets: Indices, give_up: Bytes | None = None) -> Split:
    """R11: in place of ``cutting.split``; who was waited for too long has no start, whole or not."""
    blind = buffer.copy()
    if give_up is not None:
        blind[offsets[:-1][(give_up != 0) & (np.diff(offsets) > 0)]] = 0
    return split(blind, offsets)


def excuses_nobody(self: Seats, lost_s: float, now_s: float) -> None:
    """R5, R27: in place of ``Seats.excuse``; links pay for the time in which nobody read them."""


class MindsNoPause:
    """R25: in place of ``watch.Pause``; who is held back is blamed for the half frame he left."""

    REISSUE = 0


def leaves_it_to_the_system(config: GatewayConfig) -> GatewayConfig:
    """R23: in place of ``server.fitted``; vehicles may take the journal's last descriptor."""
    return config


def leaves_holes(descriptor: int, path: Path) -> None:
    """R5: in place of ``online._reserve``; the disk may be full when a login fills the hole."""
    os.ftruncate(descriptor, FILE_BYTES)


def looks_without_care(self: Roster) -> list[Region]:
    """In place of ``Roster._sibling_regions``; without a free descriptor no vehicle is admitted."""
    list(self._folder.iterdir())
    return []


def remembers_the_dead(self: Hub, inbox: Inbox) -> None:
    """In place of ``Hub._forget``; links that a fault of ours ended count for ever."""


def lets_a_tick_raise(self: Hub) -> None:
    """In place of ``Hub._tick``; the batch on disk pays for the one behind it."""
    self._next_batch()


def notices_no_hang(self: Watch) -> None:
    """R4: in place of ``Watch.commit``."""


def waits_for_the_disk(self: Committer, patience_s: float) -> bool:
    """R9: in place of ``Committer.stop``; on a hanging disk the process never ends."""
    self._stopping.set()
    self._batches.put(None)
    self._thread.join()
    return True


def serves_first_come_first(self: Hub, found: Cut, waited_s: float) -> None:
    """R25: in place of ``Hub._hold_reissue``; a backlog may take all there is."""


def trusts_old_descriptors(self: Link) -> int:
    """In place of ``Link.open_descriptor``; another link may have the number by now."""
    return self.descriptor


def reads_on(self: Link) -> None:
    """In place of ``Link.pause_writing``; answers that nobody fetches pile up in memory."""
