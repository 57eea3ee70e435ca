"""The demo's whole way: its platform stops, the backlog grows, it starts, and every frame is proved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.uplink.scene import report

from voltward.base.settings import Settings
from voltward.columns.batch import FrameBatch
from voltward.entry import demo_link, places
from voltward.entry.link_ports import simulated_of
from voltward.entry.link_snapshot import LinkPublisher
from voltward.entry.processes.uplink import config
from voltward.exchange import ports
from voltward.exchange.link_status import read_status
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.records.models import Maker
from voltward.simulator.files import write_whole
from voltward.uplink.outcomes import batches_since
from voltward.uplink.process import Crew
from voltward.uplink.proof import ACCEPTED

pytestmark = pytest.mark.django_db
LINK = "/exchange/links/demo/"
PATIENCE_S = 60.0
STOPPED, LIVE = 120, 30  # frames that come while it is stopped, and while it runs


class Demo:
    """The demo's platform as ``voltward up`` runs it, the uplink, and a gateway's journal."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.journal = places.journal_folder(settings)
        self.writer = JournalWriter(self.journal, "gateway-0")
        self._stopping = threading.Event()
        self._uplink = threading.Thread(target=Crew(config(settings)).run, args=(self._stopping,))
        self._platform = subprocess.Popen(
            [sys.executable, "-m", "voltward.entry.cli.main", "simulate", "demo-platform"],
            env={**os.environ, "VOLTWARD_DATA": str(settings.data), "VOLTWARD_DEMO": "1"},
        )

    def link(self) -> None:
        """The office plants the link and tells the uplink of it."""
        folder, key = places.links_folder(self.settings), places.link_key(self.settings)
        wait(lambda: demo_link.look(self.settings) == 1)
        LinkPublisher(folder, key).publish()
        self._uplink.start()

    def write(self, count: int, at_s: float) -> None:
        """Reports of as many vehicles."""
        batch = FrameBatch.of([report(number, at_s) for number in range(count)])
        self.writer.append_many(
            batch.buffer, batch.offsets, np.ones(count, np.uint8), np.zeros(count, np.uint32),
            np.full(count, time.time_ns(), np.int64),
        )  # fmt: skip
        self.writer.commit()

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the link says of itself, once it says so."""
        wait(lambda: holds(self.said()))
        return self.said()

    def said(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(
                places.uplink_status(self.settings, "demo").read_text()
            )
        except FileNotFoundError:
            return {"state": "", "due": 0}
        return found

    def outcomes(self) -> dict[int, Counter[int]]:
        """Of each frame, by its position in the journal."""
        found: dict[int, Counter[int]] = {}
        with JournalReader(self.journal) as reader:
            for batch in batches_since(reader, "proof-demo", None):
                for entry in batch.entries:
                    outcomes = found.setdefault(int(entry["position"]), Counter())
                    outcomes[int(entry["outcome"])] += 1
        return found

    def stop(self) -> None:
        self._stopping.set()
        if self._uplink.ident:
            self._uplink.join(PATIENCE_S)
        self._platform.terminate()
        self._platform.wait(PATIENCE_S)
        self.writer.close()


def wait(holds: Callable[[], bool]) -> None:
    """Until it is so, as other threads and processes come to it."""
    until_s, looked = time.monotonic() + PATIENCE_S, threading.Event()
    while not holds():
        assert time.monotonic() < until_s
        looked.wait(0.05)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maker: Maker) -> Iterator[Demo]:
    settings = Settings(data=tmp_path, demo=True, uplink_retry_s=6.0)
    past_is_in = {"fleet": {"phase": "live"}, "fire": {"state": "ready"}}
    write_whole(tmp_path / "run" / "demo.json", json.dumps(past_is_in))
    monkeypatch.setattr(ports, "_simulated", [lambda: simulated_of(settings)])
    status_of = [lambda name: read_status(places.uplink_status(settings, name))]
    monkeypatch.setattr(ports, "_handed_in", status_of)
    made = Demo(settings)
    yield made
    made.stop()


def test_stopped_from_the_page_the_backlog_grows_and_started_again_it_drains_with_every_frame_proved(
    demo: Demo,
    as_safety_head: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    demo.link()
    demo.until(lambda said: said["state"] == "up")
    demo.write(LIVE, time.time())
    demo.until(lambda said: said.get("accepted") == LIVE)
    with django_capture_on_commit_callbacks(execute=True):
        as_safety_head.post(f"{LINK}stop/")
    demo.until(lambda said: said["state"] == "waiting")
    demo.write(STOPPED, time.time())
    grown = demo.until(lambda said: said["due"] == STOPPED)
    assert grown["due_oldest_s"] > 0
    assert f">{STOPPED}<small>帧" in as_safety_head.get(f"{LINK}live/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        as_safety_head.post(f"{LINK}start/")
    shrinking = demo.until(lambda said: said["due_per_s"] < 0)
    assert shrinking["state"] == "up"
    drained = demo.until(lambda said: not said["due"] and not said["in_flight"])
    assert drained["accepted"] == LIVE + STOPPED
    outcomes = demo.outcomes()
    assert len(outcomes) == LIVE + STOPPED
    assert set(map(str, outcomes.values())) == {str(Counter({ACCEPTED: 1}))}
