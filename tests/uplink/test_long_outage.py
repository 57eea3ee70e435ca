"""A platform that is away for nearly seven days: all of it is delivered, in order, behind what is live."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from tests.uplink.broken_builds import ForgetsTheQueue
from tests.uplink.chaos import BrokenPromise
from tests.uplink.scene import REISSUE, Platform, Scene, report

from voltward.journal.reader import JournalReader
from voltward.uplink.desk import Desk
from voltward.uplink.outcomes import batches_since
from voltward.uplink.proof import ACCEPTED
from voltward.uplink.status import status_of

VEHICLES, HOURS, HOUR_S = 6, 7 * 24 - 1, 3600
LIVE_WITHIN_S = 0.5


def outage(folder: Path, desk: type[Desk] = Desk) -> tuple[Scene, str]:
    """Away for a week but an hour, killed in its midst, back while vehicles go on reporting.

    Gives the scene, and which age of the backlog was warned of when the platform came back.

    Raises:
        BrokenPromise: something did not arrive, came late, or out of order.
    """
    scene = Scene(folder, desk=desk)
    scene.run(0.2)
    platform, scene.platform = scene.platform, None
    assert platform is not None
    scene.cut()
    for hour in range(HOURS):
        scene.clock.advance(HOUR_S)
        scene.write(*(report(number, scene.now_s) for number in range(VEHICLES)))
        scene.step()
        if hour == HOURS // 2:
            scene.kill()
    scene.run(1, 0.5)
    warned = status_of(scene.desk, None).warned
    scene.platform = platform
    while not scene.desk.client.is_up:
        scene.step(10)
    _drain(scene, platform)
    scene.stop()
    _examine(scene, platform)
    return scene, warned


def _drain(scene: Scene, platform: Platform) -> None:
    """Until nothing is due, while the vehicles go on."""
    while len(scene.desk.books.due):
        scene.clock.advance(1)  # each frame has a time of its own
        before, came = len(platform.accepted), report(0, scene.now_s)
        scene.write(came)
        scene.run(LIVE_WITHIN_S)
        if came[24:30] not in {one.time for one in platform.accepted[before:]}:
            raise BrokenPromise("a live frame waited behind the backlog")


def _examine(scene: Scene, platform: Platform) -> None:
    accepted = {(one.vin, one.time) for one in platform.accepted}
    if missing := set(scene.written) - accepted:
        raise BrokenPromise(f"{len(missing)} frames never accepted")
    for number in range(VEHICLES):
        reissued = [
            one.time
            for one in platform.got
            if one.command == REISSUE and one.vin == f"LVWLINK0{number:09d}"
        ]
        if any(later < sooner for sooner, later in pairwise(reissued)):
            raise BrokenPromise("reissues out of order")


def test_all_of_an_outage_of_seven_days_is_delivered_once_behind_what_is_live(
    tmp_path: Path,
) -> None:
    scene, warned = outage(tmp_path)
    assert warned == "5d"
    with JournalReader(tmp_path / "journal") as reader:
        batches = list(batches_since(reader, "proof-national", None))
    outcomes = Counter(code for batch in batches for code in batch.entries["outcome"].tolist())
    assert outcomes == {ACCEPTED: len(scene.written)}
    assert len(scene.platform.accepted) == len(scene.written) > HOURS * VEHICLES  # type: ignore[union-attr]


def test_a_build_that_forgets_what_it_owes_is_caught(tmp_path: Path) -> None:
    with pytest.raises(BrokenPromise, match="never accepted"):
        outage(tmp_path, ForgetsTheQueue)
