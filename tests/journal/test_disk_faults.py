"""R4: each call of the disk fails in turn. No false answer, and the journal says so at once."""

import errno
import random
from collections import Counter
from contextlib import suppress

import pytest
from tests.journal import broken_builds as broken
from tests.journal.building import figures, read_all
from tests.journal.simdisk import SimDisk
from tests.journal.simulation import FOLDER, STREAM, columns

from voltward.base.clock import ManualClock
from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.files import Files
from voltward.journal.writer import JournalOptions, JournalWriter, State

OPTIONS = JournalOptions(segment_bytes=14_000, reserve_share=0.0)
BATCHES = 9


class Scene:
    """A writer at work on a disk that fails once, or from then on until it is mended."""

    def __init__(self, build: type[broken.Over] | None = None) -> None:
        self.disk = SimDisk(random.Random(7))
        self.files: Files = build(self.disk) if build else self.disk  # type: ignore[assignment]
        self.sent: list[bytes] = []
        self.answered = 0
        self.stops = 0

    def open(self) -> JournalWriter:
        while True:
            try:
                return JournalWriter(FOLDER, STREAM, OPTIONS, self.files, ManualClock())
            except (JournalBroken, JournalFull):
                self.stops += 1
                self.disk.fail = lambda _kind, _number: 0

    def work(self, *, give_up: bool) -> None:
        """Some batches; at a fault either give up, or mend the disk and recover."""
        writer = self.open()
        for batch in range(BATCHES):
            fresh = [b"%04d-%d" % (batch, n) * 60 for n in range(5)]
            self.sent += fresh
            writer.append_many(*columns(fresh))
            while True:
                try:
                    if writer.state is not State.SERVING:
                        writer.recover()
                    writer.commit()
                    break
                except (JournalBroken, JournalFull):
                    self.stops += 1
                    assert writer.state in (State.BROKEN, State.FULL)
                    assert writer.fault
                    with pytest.raises((JournalBroken, JournalFull)):
                        writer.commit()  # it says no at once, and goes on saying so
                    if give_up:
                        return
                    self.disk.fail = lambda _kind, _number: 0
            self.answered = len(self.sent)

    def judge(self) -> None:
        """After a power loss everything answered is there, once, in order."""
        self.disk.fail = lambda _kind, _number: 0
        self.disk.lose_power()
        self.open().close()
        stored = list(read_all(FOLDER, self.disk).values())
        assert stored == self.sent[: len(stored)]
        assert len(stored) >= self.answered


def calls() -> Counter[str]:
    scene = Scene()
    scene.work(give_up=False)
    assert scene.stops == 0
    return Counter(scene.disk.calls)


def run(kind: str, number: int, code: int, *, lasting: bool, give_up: bool, build=None) -> Scene:  # type: ignore[no-untyped-def]
    scene = Scene(build)
    scene.disk.fail = lambda k, n: (
        code if k == kind and (n >= number if lasting else n == number) else 0
    )
    scene.work(give_up=give_up)
    return scene


@pytest.mark.parametrize("give_up", [False, True])
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_every_write_and_every_sync_may_fail(code: int, lasting: bool, give_up: bool) -> None:
    tried = 0
    for kind in ("write", "sync", "sync_folder", "truncate"):
        for number in range(1, calls()[kind] + 1):
            scene = run(kind, number, code, lasting=lasting, give_up=give_up)
            assert scene.stops > 0, f"{kind} {number} failed and nobody was told"
            scene.judge()
            tried += 1
    figures(f"R4 simulated: {tried} faults, 0 false answers, all noticed")


def test_the_state_tells_a_full_disk_from_a_broken_one() -> None:
    for code, error, state in (
        (errno.ENOSPC, JournalFull, State.FULL),
        (errno.EDQUOT, JournalFull, State.FULL),
        (errno.EIO, JournalBroken, State.BROKEN),
    ):
        scene = Scene()
        writer = scene.open()
        writer.append_many(*columns([b"one"]))
        scene.disk.fail = lambda kind, _number, code=code: code if kind == "write" else 0  # type: ignore[misc]
        with pytest.raises(error):
            writer.commit()
        assert writer.state is state
        with pytest.raises(error):
            writer.recover()
        scene.disk.fail = lambda _kind, _number: 0
        writer.recover()
        assert (writer.state, writer.fault) == (State.SERVING, "")
        writer.commit()
        assert list(read_all(FOLDER, scene.disk).values()) == [b"one"]


def test_a_failed_sync_is_never_asked_again_on_its_descriptor() -> None:
    class Watch(SimDisk):
        failed: int | None = None

        def sync_data(self, handle: int) -> None:
            assert handle != self.failed
            try:
                super().sync_data(handle)
            except OSError:
                self.failed = handle
                raise

    for number in range(1, calls()["sync"] + 1):
        scene = Scene()
        scene.disk = scene.files = Watch(random.Random(1))
        scene.disk.fail = lambda k, n, number=number: 5 if (k, n) == ("sync", number) else 0  # type: ignore[misc]
        scene.work(give_up=False)
        assert scene.stops > 0
        scene.judge()


@pytest.mark.parametrize(
    "build", [broken.SwallowsSyncErrors, broken.RetriesSyncs, broken.SwallowsWriteErrors]
)
def test_a_build_that_goes_on_after_an_error_is_caught(build: type[broken.Over]) -> None:
    caught = 0
    for kind in ("write", "sync"):
        for number in range(1, calls()[kind] + 1):
            with suppress(OSError):
                scene = run(kind, number, errno.EIO, lasting=False, give_up=False, build=build)
                try:
                    scene.files = scene.disk
                    scene.judge()
                except AssertionError:
                    caught += 1
    assert caught > 0
