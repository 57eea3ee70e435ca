"""The thread that publishes the registry outlives whatever keeps it from writing."""

import errno
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import BadInput
from voltward.entry import registry
from voltward.fleet.registry import Registry, RegistryEntry
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistrySnapshot

VINS = ("LVVDB11B0RE000001", "LVVDB11B0RE000002")


class Books(Registry):
    """A registry without a database, one of whose VINs is none."""

    def entries(self):  # type: ignore[no-untyped-def]
        for vin in (VINS[0], "LVV-SHORT", "LVVDB11B0RE00000京", VINS[1]):
            yield RegistryEntry(vin, 1)


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(registry, "close_old_connections", lambda: None)
    monkeypatch.setattr(registry, "registry", lambda: Books(7, ("LVV", "TOOLONG")))
    monkeypatch.setattr(registry, "enrolled_vins", lambda: {VINS[1]})
    monkeypatch.setattr("voltward.fleet.selectors.registry_generation", lambda: 7)


def failing_once(write: Callable[..., None], error: Exception, stop: Event) -> Callable[..., None]:
    """Refuses the first snapshot; the second one goes through, and ends the thread's work."""
    tries = iter((True, False))

    def write_snapshot(*arguments: object) -> None:
        if next(tries):
            raise error
        write(*arguments)
        stop.set()

    return write_snapshot


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), BadInput("vin"), OperationalError("away")],
)
@pytest.mark.usefixtures("books")
def test_a_snapshot_that_cannot_be_written_is_written_later(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    path, stop = tmp_path / "snapshots" / "registry.snapshot", Event()
    write = failing_once(registry.write_snapshot, error, stop)
    monkeypatch.setattr(registry, "write_snapshot", write)
    registry.follow(path, stop)
    assert "the registry snapshot" in caplog.text
    assert RegistrySnapshot.load(path).generation == 7


@pytest.mark.usefixtures("books")
def test_one_vin_that_cannot_stand_in_the_snapshot_keeps_no_other_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "registry.snapshot"
    assert registry.publish(path) == 7
    snapshot = RegistrySnapshot.load(path)
    assert [snapshot.find(vin.encode()) for vin in VINS] == [0, 1]
    assert snapshot.find(CANARY_VIN.encode()) == 2  # stands in every one
    assert snapshot.flags.tolist() == [REGISTERED, REGISTERED | ENROLLED, REGISTERED]
    assert (len(snapshot.vins), snapshot.wmis) == (3, {"LVV"})
    assert "LVV-SHORT" in caplog.text
