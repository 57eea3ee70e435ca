"""One living session for each vehicle over all processes of a port, and who can read it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.car import OK, OTHER_VIN, VIN, Car
from tests.gateway.house_of_tests import Caller, snapshot

from voltward.base.clock import ManualClock
from voltward.gateway.house import House
from voltward.gateway.online import Region, masked, read_online
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
