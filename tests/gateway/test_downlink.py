"""Commands to vehicles: sealed file in, one frame out for each attempt, on disk before it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gateway.car import OTHER_VIN, TIME, VIN, Car, Platform, frame, said
from tests.gateway.house_of_tests import Caller, house
from tests.gateway.servers import Gated, Phone, events, eventually, gateway, records

from voltward.base.errors import BadInput
from voltward.frames.grammar import Edition
from voltward.gateway.config import DownlinkSource
from voltward.gateway.downlink import Downlink, Wanted, read_wanted, stamped, write_wanted
from voltward.gateway.house import House
from voltward.gateway.hub import Hub
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import RecordKind

KEY = b"d" * 32
LATER = 4_000_000_000
QUERY = frame(0x80, VIN, bytes(6) + b"\x01\x02")
WANTED = Wanted(7, 1, QUERY, LATER)
STREAM = "downlink-0"


@pytest.fixture
def home() -> Iterator[House]:
    with house() as found:
        yield found


def told(out: Outbox) -> list[str]:
    return [one.split(b'"')[3].decode() for one in out.downlink]


def test_the_file_is_read_back_and_belongs_to_its_key(tmp_path: Path) -> None:
    path = tmp_path / "downlink.bin"
    write_wanted(path, [WANTED], KEY)
    assert read_wanted(path, KEY) == (WANTED,)
    assert VIN.encode() not in path.read_bytes()
    with pytest.raises(BadInput):
        read_wanted(path, b"e" * 32)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BadInput):
        read_wanted(path, KEY)


def test_a_command_waits_for_its_vehicle_and_each_attempt_is_sent_once(home: House) -> None:
    downlink, out = Downlink(), Outbox()
    downlink.use((WANTED,))
    assert not downlink.step(home, out)
    Caller(home).sends(Car(OTHER_VIN).login())
    assert not downlink.step(home, out)
    Caller(home).sends(Car().login())
    assert downlink.step(home, out)
    downlink.use((WANTED,))
    assert not downlink.step(home, out)
    (record,) = out.records
    assert record.kind == RecordKind.COMMAND
    assert [one.data for one in out.answers] == [record.data]
    first = record.data
    downlink.use((replace(WANTED, attempt=2, frame=first),))
    assert downlink.step(home, out)
    assert [one.data for one in out.records] == [first, first]
    assert told(out) == ["sent", "sent"]


def test_the_first_attempt_gets_the_time_at_which_it_is_sent(home: House) -> None:
    downlink, out = Downlink(), Outbox()
    Caller(home).sends(Car().login())
    downlink.use((WANTED,))
    downlink.step(home, out)
    heard = said(out.records[0].data)
    assert heard.command == 0x80
    assert heard.unit[:6] != bytes(6)
    assert out.records[0].data == stamped(QUERY, heard.unit[:6])


def test_nothing_is_sent_after_its_time_or_in_another_edition(home: House) -> None:
    downlink, out = Downlink(), Outbox()
    Caller(home).sends(Car(edition=Edition.Y2025).login())
    downlink.use((replace(WANTED, until_s=0),))
    assert not downlink.step(home, out)
    downlink.use((WANTED,))
    assert downlink.step(home, out)
    assert [one.kind for one in out.records] == [RecordKind.EVENT]
    assert (out.answers, told(out)) == ([], ["unfit"])


def test_a_vehicle_behind_a_client_platform_is_not_reached_through_it(home: House) -> None:
    downlink, out = Downlink(), Outbox()
    Caller(home).sends(Platform().login(), Car().realtime())
    downlink.use((WANTED,))
    assert not downlink.step(home, out)


def test_answers_are_kept_as_frames_and_told_and_others_are_not_told(home: House) -> None:
    caller, out = Caller(home), Outbox()
    caller.sends(Car().login())
    good = Car().says(0x80, TIME + b"\x00", 0x01)
    for data in (good, Car().says(0x02, TIME, 0x01), Car(OTHER_VIN).says(0x80, TIME, 0x01)):
        caller.session.take(data, 0, out)
    assert next(one.data for one in out.records if one.kind == RecordKind.FRAME) == good
    assert told(out) == ["answered"]


def ask(journal: Path, *wanted: Wanted) -> DownlinkSource:
    source = DownlinkSource(journal.parent / "downlink.bin", KEY)
    write_wanted(source.path, wanted, KEY)
    return source


def test_a_running_gateway_sends_what_the_office_writes_and_tells_of_the_answer(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "journal"
    with gateway(journal, downlink=ask(journal)) as running, Phone(running.port) as phone:
        phone.asks(Car().login())
        ask(journal, WANTED)
        heard = phone.hears()
        assert (heard.command, heard.flag, heard.unit[6:]) == (0x80, 0xFE, b"\x01\x02")
        (sent,) = eventually(lambda: events(journal, "sent", STREAM))
        assert (sent["number"], sent["time"]) == (7, heard.unit[:6].hex())
        answer = Car().says(0x80, heard.unit[:6] + b"\x01\x02\x00\x0a", 0x01)
        phone.sends(answer)
        (told,) = eventually(lambda: events(journal, "answered", STREAM))
        assert told == {"event": "answered", "vin": VIN, "frame": answer.hex()}
    kinds = [kind for kind, _, _ in records(journal)]
    assert kinds.count(RecordKind.COMMAND) == 1


def sends_before_the_disk_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken build: what is written leaves at once."""
    submit = Hub._submit

    def early(hub: Hub, waited_s: float, inbox: object, seen: object) -> None:
        for answer in hub.side.answers:
            hub._send(answer)
        submit(hub, waited_s, inbox, seen)  # type: ignore[arg-type]

    monkeypatch.setattr(Hub, "_submit", early)


def leaves_only_when_on_disk(tmp_path: Path) -> bool:
    journal, files = tmp_path / "journal", Gated()
    with gateway(journal, files, downlink=ask(journal)) as running, Phone(running.port) as phone:
        phone.asks(Car().login())
        files.gate.clear()
        files.waiting.clear()
        try:
            ask(journal, WANTED)
            assert files.waiting.wait(20)
            waited = phone.hears_nothing_yet()
        finally:
            files.gate.set()
        assert phone.hears().command == 0x80
    return waited


def test_no_command_leaves_before_it_is_on_disk(tmp_path: Path) -> None:
    assert leaves_only_when_on_disk(tmp_path)


def test_that_test_notices_a_build_that_sends_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends_before_the_disk_has_it(monkeypatch)
    assert not leaves_only_when_on_disk(tmp_path)
