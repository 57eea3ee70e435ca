"""A real gateway, stopped with SIGSTOP: it keeps its port and its link, and is noticed all the same."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.watchdog.scenes import pages_of, places_in, until

from voltward.watchdog.canary import CanaryLink, NoAnswer
from voltward.watchdog.rounds import Rounds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """The process, its vehicle port, its port of figures."""
    port, figures = free_port(), free_port()
    environment = {
        **os.environ, "VOLTWARD_AUTO_REGISTER": "1", "VOLTWARD_DATA": str(tmp_path),
        "VOLTWARD_METRICS_PORT": str(figures),
    }  # fmt: skip
    with (tmp_path / "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "voltward.entry.cli.main", "gateway", "--listen", f"127.0.0.1:{port}"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    yield process, port, figures
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait(20)


def beats(link: CanaryLink) -> bool:
    with suppress(NoAnswer):
        link.beat(int(time.time()), flag=False)
        return True
    return False


def test_a_stopped_gateway_is_paged_by_stage_and_process_and_told_to_be_back(
    gateway: tuple[subprocess.Popen[bytes], int, int], tmp_path: Path
) -> None:
    process, port, figures = gateway
    link, skipped = CanaryLink("127.0.0.1", port, answer_within_s=1.0), [0.0]
    until(lambda: beats(link))
    places = places_in(tmp_path)
    places.processes.parent.mkdir(parents=True, exist_ok=True)
    places.processes.write_text(json.dumps({"gateway-0": figures, "watchdog": 1}))
    rounds = Rounds(link, {}, places, now_s=lambda: time.monotonic() + skipped[0])
    rounds.look()
    assert {name: one.state for name, one in rounds.watch.stages.items()} == {
        "gateway": "ok", "process:gateway-0": "ok",
    }  # fmt: skip
    process.send_signal(signal.SIGSTOP)
    skipped[0] += 36.0
    rounds.look()
    assert rounds._paging is not None
    rounds._paging.join(20)
    (page,) = pages_of(places.outbox)
    assert "接入网关" in page["title"]
    assert "进程 gateway-0" in page["title"]
    process.send_signal(signal.SIGCONT)
    until(lambda: beats(link))
    skipped[0] += 10.0
    rounds.look()
    rounds._paging.join(20)
    assert "恢复" in pages_of(places.outbox)[-1]["title"]
    link.close()


def test_the_canary_is_told_apart_from_a_gateway_that_refuses_or_is_away(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="ConnectionRefusedError"):
        CanaryLink("127.0.0.1", free_port()).beat(1_790_000_000, flag=True)
