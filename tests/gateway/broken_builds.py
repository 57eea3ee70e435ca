"""Deliberately wrong gateways. Each fault test must fail on the one made for it."""

from __future__ import annotations

from typing import Any

from voltward.gateway import hub, server
from voltward.gateway.batch import Batch, Cut
from voltward.gateway.committer import Committer
from voltward.gateway.hub import Hub
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import CloseReason
from voltward.gateway.register import Admitted, Register, Standing
from voltward.gateway.roster import Claim, Roster
from voltward.gateway.session import Session
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.writer import JournalWriter


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

    def stop(self) -> None:
        self._real.stop()


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


def counts_no_early_bytes(self: Link, count: int) -> None:
    """R12: in place of ``Link._count_early``."""


def minds_silence_only(self: Session) -> CloseReason | None:
    """R13: in place of ``Session.overdue``; every byte buys more time."""
    return None


def waits_for_ever(self: Intake, link: Link) -> None:
    """R11: in place of ``Intake.give_up``; a fake start swallows what follows."""


def serves_first_come_first(self: Hub, found: Cut, waited_s: float) -> None:
    """R25: in place of ``Hub._hold_reissue``; a backlog may take all there is."""


def trusts_old_descriptors(self: Link) -> int:
    """In place of ``Link.open_descriptor``; another link may have the number by now."""
    return self.descriptor


def reads_on(self: Link) -> None:
    """In place of ``Link.pause_writing``; answers that nobody fetches pile up in memory."""
