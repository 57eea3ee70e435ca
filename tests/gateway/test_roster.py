"""One living session for each vehicle over all processes of a port, and who can read it."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, OTHER_VIN, VIN, Car
from tests.gateway.house_of_tests import Caller, snapshot

from voltward.base.clock import ManualClock
from voltward.gateway import online
from voltward.gateway.house import House
from voltward.gateway.judging import Verdict
from voltward.gateway.online import FILE_BYTES, Region, masked, read_online
from voltward.gateway.outbox import Outbox
from voltward.gateway.register import Register, Standing
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistryEntry
from voltward.gateway.roster import Older, Roster
from voltward.gateway.seats import NO_SLOT

VIN_BYTES = VIN.encode()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pair(tmp_path: Path, clock: ManualClock) -> Iterator[tuple[Roster, Roster]]:
    rosters = [Roster(tmp_path / ".run", f"gateway-{number}", clock) for number in (0, 1)]
    yield rosters[0], rosters[1]
    for roster in rosters:
        roster.close()


def claim(roster: Roster, vin: bytes, link: int, *, replace: bool = True) -> tuple[int, object]:
    found = roster.vehicle(vin, link, "203.0.113.9:1", 2016, Standing.REGISTERED, replace=replace)
    return found.slot, found.older


def test_a_claim_names_the_older_session_of_a_sibling_and_tells_it_to_go(
    pair: tuple[Roster, Roster],
) -> None:
    first, second = pair
    slot, older = claim(first, VIN_BYTES, 11)
    assert (slot, older) == (0, None)
    assert claim(second, VIN_BYTES, 22) == (0, Older("gateway-0", 11))
    assert first.evicted() == [(0, 11)]
    assert first.evicted() == []
    first.release(0)
    assert claim(second, VIN_BYTES, 22) == (0, None)


def test_a_claim_that_may_not_replace_leaves_the_older_session_alone(
    pair: tuple[Roster, Roster],
) -> None:
    first, second = pair
    claim(first, VIN_BYTES, 11)
    assert claim(second, VIN_BYTES, 22, replace=False) == (NO_SLOT, Older("gateway-0", 11))
    assert first.evicted() == []


def test_a_row_given_to_another_link_meanwhile_is_not_ended(pair: tuple[Roster, Roster]) -> None:
    first, second = pair
    claim(first, VIN_BYTES, 11)
    claim(second, VIN_BYTES, 22)
    first.release(0)
    assert claim(first, OTHER_VIN.encode(), 12)[0] == 0
    assert first.evicted() == []


def test_sessions_of_a_process_that_stopped_beating_hold_nobody_up(
    pair: tuple[Roster, Roster], clock: ManualClock
) -> None:
    first, second = pair
    claim(first, VIN_BYTES, 11)
    clock.advance(11)
    second.beat()
    assert claim(second, VIN_BYTES, 22, replace=False)[0] == 0


def test_sessions_of_a_killed_process_hold_nobody_up(tmp_path: Path, clock: ManualClock) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    killed = Roster(tmp_path / ".run", "gateway-0", clock)
    claim(killed, VIN_BYTES, 11)
    killed.region.head["pid"] = gone.pid
    living = Roster(tmp_path / ".run", "gateway-1", clock)
    assert claim(living, VIN_BYTES, 22, replace=False)[0] == 0
    killed.close()
    living.close()


def test_a_process_that_starts_again_forgets_its_old_rows(
    tmp_path: Path, clock: ManualClock
) -> None:
    before = Roster(tmp_path / ".run", "gateway-0", clock)
    claim(before, VIN_BYTES, 11)
    again = Roster(tmp_path / ".run", "gateway-0", clock)
    assert len(again) == 0
    assert again.region.find(VIN_BYTES) == -1
    before.close()
    again.close()


def test_a_foreign_file_in_the_folder_is_passed_over(tmp_path: Path, clock: ManualClock) -> None:
    roster = Roster(tmp_path / ".run", "gateway-0", clock)
    (tmp_path / ".run" / "gateway-9.sessions").write_bytes(b"of another version")
    assert claim(roster, VIN_BYTES, 11)[0] == 0
    assert read_online(tmp_path, clock.now_ns())[0].vin == VIN
    roster.close()


def admits_without_a_free_descriptor(pair: tuple[Roster, Roster]) -> bool:
    """The process has as many files open as it may; a login asks for siblings all the same."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        return claim(pair[0], VIN_BYTES, 11)[0] == 0
    except OSError:
        return False
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_without_a_free_descriptor_admits_vehicles_and_finds_siblings_later(
    pair: tuple[Roster, Roster],
) -> None:
    assert admits_without_a_free_descriptor(pair)
    pair[0].beat()
    claim(pair[1], OTHER_VIN.encode(), 21)
    assert claim(pair[0], OTHER_VIN.encode(), 12)[1] == Older("gateway-1", 21)


def test_a_build_that_looks_without_care_is_caught(
    pair: tuple[Roster, Roster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Roster, "_sibling_regions", broken.looks_without_care)
    assert not admits_without_a_free_descriptor(pair)


def has_no_holes(folder: Path) -> bool:
    """A mapped hole that a full disk cannot fill kills the process with SIGBUS."""
    roster = Roster(folder / ".run", "gateway-0", ManualClock())
    on_disk = (folder / ".run" / "gateway-0.sessions").stat().st_blocks * 512
    roster.close()
    return on_disk >= FILE_BYTES


def fails_with(code: int) -> Callable[[int, int, int], None]:
    """In place of ``os.posix_fallocate``."""

    def reserve(descriptor: int, offset: int, size: int) -> None:
        raise OSError(code, os.strerror(code))

    return reserve


def test_the_session_file_is_on_disk_before_anybody_logs_in(tmp_path: Path) -> None:
    assert has_no_holes(tmp_path)


def test_the_session_file_is_filled_by_hand_where_the_system_cannot_reserve_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", fails_with(errno.EOPNOTSUPP))
    assert has_no_holes(tmp_path)


def test_a_build_that_leaves_holes_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "_reserve", broken.leaves_holes)
    assert not has_no_holes(tmp_path)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_session_file_without_room_is_an_error_that_names_it_and_leaks_nothing(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", fails_with(errno.ENOSPC))
    before = open_files()
    with pytest.raises(OSError, match=r"session file .*gateway-0\.sessions") as caught:
        Roster(tmp_path / ".run", "gateway-0", clock)
    assert caught.value.errno == errno.ENOSPC
    assert open_files() == before


def two_houses(
    pair: tuple[Roster, Roster], clock: ManualClock, folder: Path, flags: int
) -> tuple[House, House]:
    register = Register(clock)
    register.snapshot = snapshot(folder, [RegistryEntry(VIN, flags)])
    return House(clock, register, pair[0]), House(clock, register, pair[1])


def test_a_vehicle_that_comes_back_through_another_process_ends_its_old_session_there(
    pair: tuple[Roster, Roster], clock: ManualClock, tmp_path: Path
) -> None:
    here, there = two_houses(pair, clock, tmp_path, REGISTERED)
    old, new = Caller(here), Caller(there)
    old.sends(Car().login())
    assert new.sends(Car().login()).flags == [OK]
    ((_, link),) = pair[0].evicted()
    out = Outbox()
    here.sessions[link].replaced(0, out)
    assert old.heard(out).events("close")[0]["reason"] == "replaced"
    assert not old.session.is_logged_in


def test_an_enrolled_vehicle_is_kept_against_a_login_on_another_process(
    pair: tuple[Roster, Roster], clock: ManualClock, tmp_path: Path
) -> None:
    here, there = two_houses(pair, clock, tmp_path, REGISTERED | ENROLLED)
    for home in (here, there):
        home.proof = lambda vin, data: Verdict(data)  # as where logins are not signed
    honest, clone = Caller(here), Caller(there)
    honest.sends(Car().login())
    heard = clone.sends(Car().login())
    assert heard.flags == [3]
    assert heard.events("possible_clone")[0]["other_stream"] == "gateway-0"
    assert pair[0].evicted() == []


def test_the_office_reads_every_session_of_every_process(
    pair: tuple[Roster, Roster], clock: ManualClock, tmp_path: Path
) -> None:
    claim(pair[0], VIN_BYTES, 11)
    clock.advance(5)
    pair[1].platform(b"PLATFORM-A".ljust(17, b"\0"), 3, "[2001:db8::7]:99", 2025)
    first, second = read_online(tmp_path, clock.now_ns())
    assert (first.vin, first.kind, first.stream, first.link) == (VIN, "vehicle", "gateway-0", 11)
    assert (first.peer, first.standing, first.edition) == ("203.0.113.x", "registered", 2016)
    assert (second.vin, second.kind, second.peer) == ("PLATFORM-A", "platform", "[2001:db8::x")
    assert (second.since - first.since).total_seconds() == 5
    pair[0].release(0)
    assert [session.stream for session in read_online(tmp_path, clock.now_ns())] == ["gateway-1"]


def test_nobody_is_online_where_no_gateway_ever_ran(tmp_path: Path) -> None:
    assert read_online(tmp_path) == []


def test_a_peer_is_shown_without_its_last_part() -> None:
    assert [masked(peer) for peer in ("198.51.100.23:4711", "[2001:db8::1]:2", "", "unix")] == [
        "198.51.100.x",
        "[2001:db8::x",
        "x",
        "x",
    ]


def test_the_session_file_is_readable_by_its_owner_only(tmp_path: Path, clock: ManualClock) -> None:
    roster = Roster(tmp_path / ".run", "gateway-0", clock)
    path = tmp_path / ".run" / "gateway-0.sessions"
    assert path.stat().st_mode & 0o077 == 0
    assert Region(path, owned=False).is_alive(clock.now_ns())
    assert Region(path, owned=False).head["pid"][0] == os.getpid()
    roster.close()
