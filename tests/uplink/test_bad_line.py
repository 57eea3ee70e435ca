"""The uplink through the fault proxy: cut, reset, split and late bytes cost nothing but time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.uplink.broken_builds import SendsAndForgets
from tests.uplink.chaos import BrokenPromise
from tests.uplink.scene import LINK, Platform, report
from tests.uplink.served import PATIENCE_S, Served
from tests.uplink.test_process import House, is_up, names, to

from voltward.journal.reader import JournalReader
from voltward.uplink import runner
from voltward.uplink.outcomes import batches_since
from voltward.uplink.proof import ACCEPTED

FRAMES = 400  # with their answers 28,800 octets
HARMS = ("--cut-every", "6000", "--reset-every", "12000", "--split", "150", "--jitter", "0.002")
SEED = 4  # breaks the line after 1,979, 3,447, 2,353 ... octets: never within a login
BREAKS = 7  # before 28,800 octets are through, at least
NEVER_S = 120.0  # a slow machine is no silent platform: only a broken line makes a frame go again


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served(Platform())
    yield made
    made.close()


@pytest.fixture
def line(served: Served) -> Iterator[int]:
    """The port of ``voltward simulate proxy`` before the platform."""
    process = subprocess.Popen(
        [sys.executable, "-m", "voltward.entry.cli.main", "simulate", "proxy", "--seed", str(SEED),
         "--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{served.port}", *HARMS],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield int(process.stdout.readline().rpartition(":")[2])
    process.terminate()
    process.communicate(timeout=PATIENCE_S)


def carried(folder: Path, served: Served, port: int) -> House:
    """The link says that all frames were accepted.

    Raises:
        BrokenPromise: the platform has fewer.
    """
    house = House(folder)
    try:
        house.say(to(served, port=port, retry_s=NEVER_S))
        house.start()
        house.wait(is_up)  # a new link owes what comes from then on
        moment = time.time()
        house.write(*(report(number, moment) for number in range(FRAMES)))
        house.wait(lambda status: status.get("accepted") == FRAMES)
    finally:
        house.stop()
    if missing := FRAMES - len(names(served)):
        raise BrokenPromise(f"{missing} frames never arrived")
    return house


def outcomes(house: House) -> list[tuple[int, int]]:
    """Position and outcome of each entry on the proof stream."""
    found: list[tuple[int, int]] = []
    with JournalReader(house.journal) as reader:
        for batch in batches_since(reader, "proof-national", None):
            found += [(int(one["position"]), int(one["outcome"])) for one in batch.entries]
    return found


def test_every_frame_arrives_and_is_proved_once_over_a_line_that_breaks_again_and_again(
    tmp_path: Path, served: Served, line: int
) -> None:
    house = carried(tmp_path, served, line)
    assert served.connects > BREAKS
    repeats = len(served.platform.accepted) - FRAMES
    assert repeats <= (served.connects - 1) * LINK.window
    proved = Counter(outcomes(house))
    assert {outcome for _position, outcome in proved} == {ACCEPTED}
    assert (len(proved), max(proved.values())) == (FRAMES, 1)


def test_a_build_that_takes_sent_for_accepted_is_caught(
    tmp_path: Path, served: Served, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "Desk", SendsAndForgets)
    with pytest.raises(BrokenPromise, match="never arrived"):
        carried(tmp_path, served, line)
