"""Lives of a link by seed: cuts, kills, lost and wrong answers; and what must hold after all of them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from tests.uplink.scene import REISSUE, Got, Scene, report

from voltward.journal.reader import JournalReader
from voltward.uplink.desk import Desk

VEHICLES = 6
Name = tuple[str, bytes]


class BrokenPromise(AssertionError):
    """A promise of the link was not kept."""


@dataclass
class Life:
    """``faults``: how often each happened. ``may_repeat``: frames by how often they were in flight
    when a connection went or the process died."""

    scene: Scene
    chance: random.Random
    faults: Counter[str] = field(default_factory=Counter)
    may_repeat: Counter[int] = field(default_factory=Counter)

    def flying(self, *, dying: bool) -> None:
        """Remember what is under way; what has an outcome that is not on disk counts at a death."""
        desk = self.scene.desk
        rows = [desk.client.flying()]
        if dying:
            rows += [*desk.client.answered, desk.books.pending()]
        positions = np.concatenate(rows)["position"].tolist()
        if len(positions) > self.scene.link.window:
            raise BrokenPromise(f"{len(positions)} frames in flight")
        self.may_repeat.update(positions)

    def cut(self) -> None:
        self.flying(dying=False)
        self.faults["cut"] += self.scene.is_connected
        self.scene.cut()

    def kill(self) -> None:
        self.flying(dying=True)
        self.faults["kill"] += 1
        self.scene.kill()


def live(folder: Path, seed: int, cuts: int, desk: type[Desk] = Desk) -> Life:
    """A link under faults until ``cuts`` connections were cut, then left in peace and examined.

    Raises:
        BrokenPromise: with the seed.
    """
    chance = random.Random(seed)
    scene = Scene(folder, desk=desk)
    scene.chance, scene.tear = chance, True
    life = Life(scene, chance)
    assert scene.platform is not None
    platform, answers = scene.platform, {"all": True}
    platform.flag_of = lambda got: _flag(life, answers["all"])
    scene.use(retry_s=15.0)  # longer than torn answers ever take here
    while life.faults["cut"] < cuts:
        if chance.random() < 0.6:
            numbers = chance.sample(range(VEHICLES), chance.randrange(1, VEHICLES))
            scene.write(*(report(number, scene.now_s) for number in numbers))
        for _ in range(chance.randrange(1, 8)):
            scene.step(chance.choice((0.05, 0.15, 0.3)))
        if chance.random() < 0.4:
            life.cut()
        if chance.random() < 0.02:
            life.kill()
        if chance.random() < 0.03:
            answers["all"] = not answers["all"]
        scene.step(1.0)  # into another second, so that every frame has a time of its own
    platform.flag_of, scene.tear = lambda _got: 1, False
    scene.run(1800, 1)
    try:
        _examine(life)
    except BrokenPromise as broken:
        raise BrokenPromise(f"seed {seed}: {broken}") from None
    finally:
        scene.stop()
    return life


def _flag(life: Life, is_well: bool) -> int | None:
    """Mostly success; on bad days some answers are errors, and some do not come."""
    if is_well or life.chance.random() < 0.7:
        return 1
    life.faults["answer"] += 1
    return None if life.chance.random() < 0.5 else 2


def _examine(life: Life) -> None:
    scene, platform = life.scene, life.scene.platform
    assert platform is not None
    accepted = {(one.vin, one.time) for one in platform.accepted}
    proved = Counter(position for _, _, position in scene.proved())
    outcomes = Counter(outcome for outcome, _, _ in scene.proved())
    given_up = outcomes["refused"] + outcomes["unanswered"]
    missing = set(scene.written) - accepted
    if len(missing) > given_up:
        raise BrokenPromise(f"{len(missing)} frames never accepted, {given_up} given up with proof")
    if len(proved) != len(scene.written):
        raise BrokenPromise(f"{len(proved)} frames proved of {len(scene.written)}")
    _examine_repeats(life, platform.accepted)
    _examine_order(platform.got)
    gaps = pairwise(scene.connects)
    if any(later - sooner < 1.0 - 1e-9 for sooner, later in gaps):
        raise BrokenPromise("two connects within a second")
    if len(scene.desk.books.due) or len(scene.desk.books.holds.files):
        raise BrokenPromise("something is still due")


def _examine_repeats(life: Life, accepted: list[Got]) -> None:
    """Accepted twice is only what was in flight when something broke, or got no answer."""
    allowed: Counter[Name] = Counter()
    names = _names(life.scene)
    for position, count in life.may_repeat.items():
        allowed[names[position]] += count
    times = Counter((one.vin, one.time) for one in accepted)
    extra = sum(max(0, count - 1 - allowed[name]) for name, count in times.items())
    if extra:
        raise BrokenPromise(f"{extra} frames accepted again that were not in flight")


def _names(scene: Scene) -> dict[int, Name]:
    """Of each frame in the journal, by its position."""
    with JournalReader(scene.folder / "journal") as reader:
        records = reader.read(None, "gateway-0", 64 << 20)
        frames = [records.payload(place) for place in range(len(records))]
        names = [(frame[4:21].decode(), frame[24:30]) for frame in frames]
        return dict(zip(records.positions.tolist(), names, strict=True))


def _examine_order(got: list[Got]) -> None:
    """The first reissue of each frame, by vehicle, in the order of collection."""
    seen: set[Name] = set()
    newest: dict[str, bytes] = {}
    for one in got:
        if one.command != REISSUE or (one.vin, one.time) in seen:
            continue
        seen.add((one.vin, one.time))
        if one.time < newest.get(one.vin, b""):
            raise BrokenPromise(f"{one.vin}: a reissue of {one.time.hex()} after a younger one")
        newest[one.vin] = one.time
