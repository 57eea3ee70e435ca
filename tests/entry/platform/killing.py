"""A processor that is killed again and again while frames come in, and what it has told in the end."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event

import numpy as np
from tests.monitoring import car

from voltward.columns.batch import FrameBatch
from voltward.findings.catalogue import DETECTORS
from voltward.findings.finding import REOPENED, Finding, finding_from_json
from voltward.findings.follower import FindingsConfig, FindingsFollower
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest.config import ProcessorConfig

GATEWAY, FINDINGS = "gateway-0", "findings-main"
FRAMES = 4_000
AT_ONCE = 8  # frames of one commit
EVERY_S = 10  # as collected
PATIENCE_S = 120.0
MOMENTS = ("start", "memory", "stream", "any")
PROGRAM = Path(__file__).with_name("processor_process.py")


def frames_of(vin: str, seed: int) -> list[bytes]:
    """A car whose flags, insulation and charge come and go: hundreds of findings."""
    chance, frames = random.Random(seed), []
    while len(frames) < FRAMES:
        flags = sum(1 << bit for bit in chance.sample(range(28), chance.randint(0, 3)))
        changed = {
            "insulation_kohm": chance.choice([1000, 1000, 20]),
            "soc_pct": chance.randint(20, 90),
        }
        for _ in range(chance.randint(1, 12)):
            at = car.NOON + timedelta(seconds=EVERY_S * len(frames))
            frames.append(car.report(vin, at, flags=flags, level=1 if flags else 0, **changed))
    return frames[:FRAMES]


@dataclass
class Scene:
    """A data folder of its own. ``fed``: how many of ``frames`` are in the journal."""

    data: Path
    frames: list[bytes]
    build: str = "honest"
    fed: int = 0
    kills: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = self.data / "journal"
        self.journal.mkdir(parents=True)
        key = self.data / "secrets" / "vehicle_id.key"
        key.parent.mkdir()
        key.write_bytes(car.KEY)
        self.memory = self.data / "findings" / "main.memory"
        self._writer = JournalWriter(self.journal, GATEWAY)
        self._process: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """Whatever came of it: nothing goes on."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
        self._writer.close()

    def killed(self, moment: str, chance: random.Random) -> None:
        """Start the processor, feed it, and end it with SIGKILL at a moment of its work.

        ``start``: as soon as it is at work; ``memory``, ``stream``: as soon as one of the two has
        changed; ``any``: some commits later.
        """
        process = self._started()
        before, spare = self._trace(moment), chance.randint(1, 40)
        while moment != "start" and (
            self._trace(moment) == before or (moment == "any" and spare > 0)
        ):
            assert process.poll() is None, self._log()
            assert self.fed < len(self.frames), f"no {moment} came of all frames"
            spare -= self._feed()
        process.kill()
        assert process.wait(30) < 0
        self.kills.append(moment)

    def finished(self) -> None:
        """Start it once more, feed the rest, and let it end in order when it has judged everything."""
        process = self._started()
        while self.fed < len(self.frames):
            self._feed()
        with JournalReader(self.journal) as reader:
            end = str(reader.end(GATEWAY))
        _until(lambda: process.poll() is not None or end in self._judged())
        assert process.poll() is None, self._log()
        process.terminate()
        assert process.wait(60) == 0, self._log()

    def told(self) -> list[Finding]:
        """What lies on the stream, in its order, repetitions too."""
        with JournalReader(self.journal) as reader:
            records = reader.read(None, FINDINGS, 1 << 28)
        return findings(records.payload(i) for i in range(len(records)))

    def uninterrupted(self) -> list[Finding]:
        """What an engine tells that reads the same journal from begin to end."""
        other = self.data / "uninterrupted"
        shutil.copytree(self.journal / GATEWAY, other / "journal" / GATEWAY)
        config = ProcessorConfig(other / "journal", other / "processor", vehicle_key=car.KEY)
        settled = FindingsConfig(
            config, other / "snapshots", other / "findings", other / "status.json"
        )
        with JournalReader(other / "journal") as reader:
            follower = FindingsFollower(settled, reader, DETECTORS)
            follower.drain()
            follower.close()
            records = reader.read(None, FINDINGS, 1 << 28)
        return findings(records.payload(i) for i in range(len(records)))

    def _started(self) -> subprocess.Popen[bytes]:
        """A process whose engine is at work."""
        environment = {**os.environ, "VOLTWARD_DATA": str(self.data)}
        told = self.data / "run" / "findings-main.json"
        told.unlink(missing_ok=True)
        with (self.data / "processor.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), self.build], env=environment, stdout=log, stderr=log
            )
        self._process = process
        _until(lambda: process.poll() is not None or told.exists())
        assert process.poll() is None, self._log()
        return process

    def _feed(self) -> int:
        """The next frames, received when they were collected; returns 1, and a moment later."""
        more = self.frames[self.fed : self.fed + AT_ONCE]
        if more:
            batch = FrameBatch.of(more)
            begun = int(car.NOON.timestamp()) + EVERY_S * self.fed
            received = (begun + EVERY_S * np.arange(len(more), dtype=np.int64)) * 10**9
            self._writer.append_many(
                batch.buffer, batch.offsets, np.ones(len(more), np.uint8),
                np.zeros(len(more), np.uint32), received,
            )  # fmt: skip
            self._writer.commit()
            self.fed += len(more)
        _PACE.wait(0.02)
        return 1

    def _trace(self, moment: str) -> tuple[int, ...]:
        """What changes when the moment has come: the engine's memory, or its stream."""
        memory = self.memory.stat().st_mtime_ns if self.memory.exists() else 0
        stream = sum(one.stat().st_size for one in (self.journal / FINDINGS).glob("*"))
        return {"memory": (memory,), "stream": (stream,)}.get(moment, (memory, stream))

    def _judged(self) -> list[str]:
        """The places up to which the engine's memory reaches."""
        try:
            head = self.memory.read_bytes().split(b"\n", 2)[1]
        except (FileNotFoundError, IndexError):
            return []
        places: list[str] = json.loads(head)["positions"]
        return places

    def _log(self) -> str:
        return (self.data / "processor.log").read_text("utf-8", "replace")[-4000:]


_PACE = Event()  # never set: frames come one commit after the other, not all at once


def _until(met: Callable[[], bool]) -> None:
    waited_s = 0.0
    while not met():
        assert waited_s < PATIENCE_S, "the processor does not get through"
        _PACE.wait(0.1)
        waited_s += 0.1


def findings(payloads: Iterable[bytes]) -> list[Finding]:
    """Without hours to judge again: they are for the processor itself, the office leaves them out."""
    found = [finding_from_json(one) for one in payloads]
    return [one for one in found if one.kind != REOPENED]
