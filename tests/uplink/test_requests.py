"""Expired frames that somebody asked for: sent once, proved, whatever becomes of the process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.uplink.scene import REISSUE, Scene, report

from voltward.base.errors import BadInput
from voltward.uplink.due import DUE
from voltward.uplink.incoming import REISSUE_WINDOW_S
from voltward.uplink.requests import CHUNK, Requests, left_of, read_request, write_request

OLD_S = REISSUE_WINDOW_S + 3600
MANY = CHUNK + 30


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.run(0.2)
    yield made
    made.stop()


def expire(scene: Scene, count: int) -> np.ndarray:  # type: ignore[type-arg]
    """Frames that came too late for the platform; gives their rows as the office finds them."""
    began = int(scene.now_s) - OLD_S
    scene.write(*(report(1, began + number, REISSUE) for number in range(count)))
    scene.run(0.5)
    proved = scene.proved()
    assert [outcome for outcome, _, _ in proved] == ["expired"] * count
    rows = np.zeros(count, DUE)
    rows["position"] = [position for _, _, position in proved]
    rows["moment_s"], rows["command"] = began + np.arange(count), REISSUE
    return rows


def ask(scene: Scene, rows: np.ndarray, number: int = 5) -> None:  # type: ignore[type-arg]
    write_request(scene.folder / "requests" / "national", number, rows)


def own(scene: Scene, number: int = 5) -> int | None:
    return left_of(scene.folder / "uplink" / "national" / "requested" / str(number))


def accepted(scene: Scene) -> list[int]:
    return [position for outcome, _, position in scene.proved() if outcome == "accepted"]


def test_expired_frames_are_sent_as_reissue_once_asked_for_and_proved(scene: Scene) -> None:
    rows = expire(scene, MANY)
    assert scene.platform.got == []
    ask(scene, rows)
    scene.run(5)
    assert accepted(scene) == rows["position"].tolist()
    assert {one.command for one in scene.platform.got} == {REISSUE}
    assert own(scene) == 0


def test_the_mark_of_a_finished_request_goes_with_the_offices_file(scene: Scene) -> None:
    ask(scene, expire(scene, 3))
    scene.run(3)
    scene.run(3)
    assert (own(scene), len(accepted(scene))) == (0, 3)  # it is not taken a second time
    (scene.folder / "requests" / "national" / "5").unlink()
    scene.run(3)
    assert own(scene) is None


def test_live_frames_and_what_is_due_go_first(scene: Scene) -> None:
    rows = expire(scene, 3)
    ask(scene, rows)
    scene.write(report(2, scene.now_s), report(2, scene.now_s - 600, REISSUE))
    scene.run(3)
    vins = [one.vin for one in scene.platform.got]
    assert vins[:2] == [scene.platform.got[0].vin] * 2
    assert len(vins) == 5


def nothing_is_lost_by(scene: Scene, fate: str) -> None:
    rows = expire(scene, MANY)
    ask(scene, rows)
    for _ in range(5):
        scene.run(1.1, 0.05)
        getattr(scene, fate)()
    scene.run(300, 0.5)
    assert set(accepted(scene)) == set(rows["position"].tolist())
    assert len(accepted(scene)) <= MANY + 5 * CHUNK
    assert own(scene) == 0


@pytest.mark.parametrize("fate", ["cut", "kill"])
def test_nothing_is_lost_by_cuts_or_kills_and_at_most_a_chunk_goes_twice(
    scene: Scene, fate: str
) -> None:
    nothing_is_lost_by(scene, fate)


def test_that_test_notices_a_build_that_crosses_off_what_it_has_only_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Requests._make

    def forgets(self: Requests, places: list[int]) -> None:
        make(self, places)
        self._answered, self._open = set(self._open), set()

    monkeypatch.setattr(Requests, "_make", forgets)
    scene.platform.flag_of = lambda _got: None if scene.chance.random() < 0.5 else 1
    with pytest.raises(AssertionError):
        nothing_is_lost_by(scene, "kill")


def test_a_refusal_is_the_last_word_and_holds_nobody_back(scene: Scene) -> None:
    rows = expire(scene, 4)
    scene.platform.flag_of = lambda got: 2 if got.command == REISSUE else 1
    ask(scene, rows)
    scene.run(3)
    assert [outcome for outcome, _, _ in scene.proved()].count("refused") == 4
    scene.write(report(1, scene.now_s))
    scene.run(0.5)
    assert len(accepted(scene)) == 1


def test_a_frame_that_is_nowhere_any_more_stays_expired_and_the_request_ends(scene: Scene) -> None:
    rows = expire(scene, 2)
    rows["position"][1] += 1
    ask(scene, rows)
    scene.run(3)
    assert [outcome for outcome, _, _ in scene.proved()][2:] in (
        ["expired", "accepted"], ["accepted", "expired"],
    )  # fmt: skip
    assert own(scene) == 0


def test_a_damaged_request_is_told_and_stops_nothing(scene: Scene, tmp_path: Path) -> None:
    rows = expire(scene, 2)
    path = scene.folder / "requests" / "national" / "4"
    write_request(path.parent, 4, rows)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput):
        read_request(path)
    ask(scene, rows)
    scene.run(3)
    assert (own(scene, 4), own(scene), len(accepted(scene))) == (None, 0, 2)
