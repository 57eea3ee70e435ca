"""The office meets vehicles in the journal: sealed, encrypted, damaged or beside a platform's own word."""

import struct
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs
from tests.telemetry.ingest.scene import NOON, Journal, frame, moment, report, vin

from voltward.base.settings import Settings
from voltward.entry import newcomers, stream_follower
from voltward.entry.processes.office import ending_all
from voltward.journal.files import OsFiles
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader

KEY = bytes(range(32))
PLATFORM = "LVVPLATFRM0000001"  # 17 characters that a VIN may have, of the maker's own WMI


class Office:
    """A follower whose database takes everything, or is away."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
        self.admitted: set[str] = set()
        self.is_away = False
        self.settings = Settings(data=data, **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(newcomers, "_admit", self._admit)
        monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
        self.follower = newcomers.Follower(self.settings, lambda _count: None)

    def _admit(self, _settings: Settings, vins: set[bytes]) -> int:
        if self.is_away:
            raise OperationalError("the database is away")
        self.admitted |= {vin.decode() for vin in vins}
        return len(vins)

    def follow(self) -> None:
        """Until nothing moves any more."""
        while self.follower.step():
            pass


def journal_of(data: Path, *vehicles: int, stream: str = "gateway-0") -> None:
    """Each vehicle's frame in a segment of its own, the last one live."""
    journal = Journal(data / "journal", stream)
    for number in vehicles:
        journal.writer.seal()
        journal.put([report(vin(number), NOON)])
    journal.close()


def test_vehicles_are_met_in_sealed_and_encrypted_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file = tmp_path / "journal.key"
    key_file.write_bytes(KEY)
    journal_of(tmp_path, 1, 2, 3)
    assert len(Keeper(tmp_path / "journal", "gateway-0", KeyRing.of(KEY)).keep().sealed) == 2
    office = Office(tmp_path, monkeypatch, journal_key_file=key_file)
    office.follow()
    assert office.admitted == {vin(1), vin(2), vin(3)}


def test_a_stream_that_cannot_be_read_is_told_once_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of(tmp_path, 1, 2)
    Keeper(tmp_path / "journal", "gateway-0", KeyRing.of(KEY)).keep()  # and the key is lost
    journal_of(tmp_path, 3, stream="gateway-1")
    office = Office(tmp_path, monkeypatch)
    with capture_logs() as told:
        moved = [office.follower.step() for _ in range(3)]
    assert moved == [True, False, False]  # the other stream, and then it is better to wait
    assert office.admitted == {vin(3)}
    assert [(line["stream"], line["log_level"]) for line in told] == [("gateway-0", "error")]


def test_a_database_that_is_away_makes_the_follower_wait_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of(tmp_path, 1, 2)
    office = Office(tmp_path, monkeypatch)
    office.is_away = True
    assert not office.follower.step()
    office.is_away = False
    office.follow()
    assert office.admitted == {vin(1), vin(2)}


def test_a_checkpoint_is_kept_and_a_damaged_one_only_costs_another_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of(tmp_path, 1)
    Office(tmp_path, monkeypatch).follow()
    again = Office(tmp_path, monkeypatch)
    again.follow()
    assert again.admitted == set()
    (tmp_path / "office" / "newcomers.cursor").write_bytes(b"")
    anew = Office(tmp_path, monkeypatch)
    anew.follow()
    assert anew.admitted == {vin(1)}


def test_a_checkpoint_that_cannot_be_saved_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of(tmp_path, 1)
    office = Office(tmp_path, monkeypatch)
    (tmp_path / "office").write_text("in the way")
    with capture_logs() as told:
        assert not office.follower.step()
    assert office.admitted == {vin(1)}
    assert [line["stream"] for line in told] == ["gateway-0"]


def test_a_platforms_own_code_is_no_vehicle(tmp_path: Path) -> None:
    login = moment(NOON) + struct.pack(">H", 1) + b"user".ljust(12) + b"secret".ljust(20) + b"\x01"
    own_word = [
        frame(PLATFORM, login, 0x05),
        frame(PLATFORM, b"", 0x07),
        frame(PLATFORM, b"", 0x08),
        frame(PLATFORM, moment(NOON) + b"\x00\x01", 0x06),
        answered(frame(PLATFORM, moment(NOON), 0x02)),
    ]
    of_vehicles = [report(vin(n), NOON, command=n) for n in (1, 2, 3, 4)]
    journal = Journal(tmp_path / "journal")
    journal.put([*own_word, *of_vehicles])
    journal.close()
    with JournalReader(tmp_path / "journal", OsFiles()) as reader:
        records = reader.read(None, "gateway-0")
    assert newcomers.vins_of(records) == {vin(n).encode() for n in (1, 2, 3, 4)}
    assert newcomers.vins_of(records.only(records.kinds != 1)) == set()


def answered(command: bytes) -> bytes:
    """The same frame as a response with flag 01."""
    return command[:3] + b"\x01" + command[4:]


def test_a_fault_of_ours_ends_the_whole_process_so_that_it_is_started_anew() -> None:
    def follow() -> None:
        raise RuntimeError("ours")

    stopping = Event()
    with pytest.raises(RuntimeError):
        ending_all(follow, stopping)
    assert stopping.is_set()
