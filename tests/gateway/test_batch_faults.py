"""A fault of our own in one batch harms no link of another and no batch that is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.batching import Bench
from tests.gateway.car import OK, Car
from tests.gateway.house_of_tests import house
from tests.gateway.servers import PATIENCE_S, Gated, Phone, eventually, gateway, records

from voltward.gateway import cutting, hub
from voltward.gateway.batch import Batch, Cut, Inbox
from voltward.gateway.config import Limits
from voltward.gateway.hub import Hub
from voltward.gateway.metrics import Figures
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import QUARANTINED, CloseReason, RecordKind

POISON = b"BOOM"
_cut = hub.cut


def chokes(inbox: Inbox, *facts: Any) -> Cut:
    """In place of ``hub.cut``: what a fault of ours may look like."""
    if POISON in inbox.chunks:
        raise ZeroDivisionError("planted")
    return _cut(inbox, *facts)


def lets_go_of_links_after_a_fault(journal: Path) -> bool:
    """More links end by a fault than the process may have at a time; who comes afterwards?"""
    with gateway(journal, limits=Limits(links=3)) as server:
        for _ in range(6):
            with Phone(server.port) as phone:
                phone.sends(POISON)
                phone.is_hung_up_on()
        with Phone(server.port) as honest:
            try:
                is_taken = honest.asks(Car().login()).flag == OK
            except ConnectionError:
                return False
            figures = server.figure("links"), server.figure("buffered_bytes")
            return is_taken and figures == (1.0, 0.0)


def test_links_that_a_fault_of_ours_ended_count_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "cut", chokes)
    assert lets_go_of_links_after_a_fault(tmp_path)
    noise = [data for kind, _, data in records(tmp_path) if kind == RecordKind.NOISE]
    assert noise == [bytes((QUARANTINED,)) + POISON] * 6


def test_a_build_that_remembers_the_dead_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "cut", chokes)
    monkeypatch.setattr(Hub, "_forget", broken.remembers_the_dead)
    assert not lets_go_of_links_after_a_fault(tmp_path)


def test_links_that_a_fault_of_ours_ended_are_counted_by_that_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "cut", chokes)
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.sends(POISON)
        phone.is_hung_up_on()
        eventually(lambda: server.figure('closed_total{reason="fault"}') == 1.0)


def answers_beside_a_fault_in_the_next_batch(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Busy: the next batch is cut before the answers of this one leave, and that goes wrong."""
    files = Gated()
    with gateway(journal, files, commit_bytes=8) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        files.gate.clear()
        files.waiting.clear()
        phone.sends(Car().realtime(1))
        assert files.waiting.wait(PATIENCE_S)
        phone.sends(Car().realtime(2))
        eventually(lambda: server.figure("buffered_bytes") > len(Car().realtime(1)))
        monkeypatch.setattr(Figures, "cut", fails)
        files.gate.set()
        phone.socket.settimeout(2.0)
        try:
            is_answered = phone.hears().flag == OK
        except (ConnectionError, TimeoutError):
            return False
        server._thread.join(PATIENCE_S)
        return is_answered and server.status == 1


def fails(self: Figures, batch: Batch) -> None:
    raise ZeroDivisionError("planted")


def test_what_is_on_disk_is_answered_whatever_becomes_of_the_next_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the process says so and ends: the next batch is in nobody's hands."""
    assert answers_beside_a_fault_in_the_next_batch(tmp_path, monkeypatch)


def test_a_build_that_lets_a_tick_raise_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hub, "_tick", broken.lets_a_tick_raise)
    assert not answers_beside_a_fault_in_the_next_batch(tmp_path, monkeypatch)


def test_a_fault_of_ours_loses_no_byte_and_no_other_batch() -> None:
    with house() as home:
        bench = Bench(home)
        link = bench.connect(1)
        inbox = Inbox([b"poison"], [link.seat], bench.intake.by_seat)
        batch = cutting.quarantine(inbox, home, Outbox())
        assert [record.data for record in batch.out.records if record.kind == 2] == [b"\xffpoison"]
        assert link.gone is CloseReason.FAULT
        assert batch.taken_bytes == 6


def test_a_fault_in_the_middle_of_a_batch_leaves_no_byte_counted_as_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cut had given the link back its half frame already."""
    with house() as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login() + Car().realtime(1)[:30])
        inbox = bench.intake.taken()
        monkeypatch.setattr(cutting, "_walk", None)
        with pytest.raises(TypeError):
            cutting.cut(inbox, home, Outbox())
        assert bench.intake.held_bytes == 30
        batch = cutting.quarantine(inbox, home, Outbox())
        assert (link.held, bench.intake.held_bytes) == (b"", 0)
        assert batch.taken_bytes == bench.intake.buffered_bytes
