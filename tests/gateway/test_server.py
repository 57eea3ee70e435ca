"""The gateway over real sockets: it answers only what is on disk, whatever ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, Car
from tests.gateway.servers import (
    PATIENCE_S,
    Gated,
    Phone,
    Process,
    config_for,
    events,
    eventually,
    frames,
    gateway,
    records,
)

from voltward.gateway.reasons import RecordKind

REALTIMES = [Car().realtime(number) for number in range(50)]


def answers_only_what_is_on_disk(journal: Path) -> bool:
    """While the sync is held up, is there silence? And an answer when it is done?"""
    files = Gated()
    with gateway(journal, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        files.gate.clear()
        files.waiting.clear()
        phone.sends(Car().realtime(1))
        assert files.waiting.wait(PATIENCE_S)
        is_silent = phone.hears_nothing_yet()
        files.gate.set()
        return is_silent and phone.hears().flag == OK


def test_no_answer_leaves_before_the_sync_that_holds_its_frame(tmp_path: Path) -> None:
    assert answers_only_what_is_on_disk(tmp_path)


def test_a_build_that_answers_first_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.gateway.hub.Committer", broken.AnswersFirst)
    files = Gated()
    with gateway(tmp_path, files) as server, Phone(server.port) as phone:
        files.gate.clear()
        assert phone.asks(Car().login()).flag == OK
        files.gate.set()


def test_every_answered_frame_is_in_the_journal_when_its_answer_arrives(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for frame in REALTIMES:
            assert phone.asks(frame).flag == OK
            assert frames(tmp_path)[-1] == frame


def test_frames_sent_in_one_breath_are_answered_in_their_order(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.sends(Car().login(), *REALTIMES, Car().heartbeat(), Car().logout())
        heard = [phone.hears().command for _ in range(53)]
    assert heard == [1] + [2] * 50 + [7, 4]
    assert frames(tmp_path) == [Car().login(), *REALTIMES, Car().heartbeat(), Car().logout()]


def test_what_was_sent_before_hanging_up_is_kept_without_an_answer(tmp_path: Path) -> None:
    with gateway(tmp_path) as server:
        with Phone(server.port) as phone:
            phone.sends(Car().login(), Car().realtime(1), Car().realtime(2)[:30])
        eventually(lambda: events(tmp_path, "close"))
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)]
    noise = b"".join(data[1:] for kind, _, data in records(tmp_path) if kind == RecordKind.NOISE)
    assert noise == Car().realtime(2)[:30]


def test_random_bytes_on_one_link_do_not_disturb_another(tmp_path: Path) -> None:
    noise = bytes(range(256)) * 60
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for _ in range(5):
            with Phone(server.port) as stranger:
                stranger.sends(noise)
            assert phone.asks(Car().realtime(1)).flag == OK
        assert server.figure("faults_total") == 0.0


def test_both_ends_of_a_restart_keep_every_answered_frame(tmp_path: Path) -> None:
    for _ in range(2):
        with gateway(tmp_path) as server, Phone(server.port) as phone:
            phone.asks(Car().login())
            assert phone.asks(Car().realtime(1)).flag == OK
            with Phone(server.port):
                assert server.stop() == 0
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)] * 2
    assert [len(events(tmp_path, name)) for name in ("start", "stop")] == [2, 2]


def test_sigterm_answers_what_was_received_and_loses_nothing(tmp_path: Path) -> None:
    process = Process(config_for(tmp_path)).start()
    with Phone(process.port) as phone:
        phone.asks(Car().login())
        phone.sends(*REALTIMES)
        first = phone.hears()
        assert process.terminate() == 0
        answers = 1
        try:
            while phone.hears().flag == OK:
                answers += 1
        except ConnectionError:
            pass
    assert first.flag == OK
    assert frames(tmp_path)[1 : answers + 1] == REALTIMES[:answers]
    assert events(tmp_path, "close")[0]["reason"] in ("shutdown", "peer")
