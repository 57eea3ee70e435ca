"""The whole way: asked in the office, sent by a real gateway, answered by a terminal, ended in the office."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exchange.downlinks_made import agreed
from tests.gateway.car import Car, frame
from tests.gateway.servers import Phone, eventually, gateway, records

from voltward.base.settings import Settings
from voltward.entry import downlink_stream, places
from voltward.entry.downlink_stream import DownlinkExchange
from voltward.exchange.downlink_words import answer_lines
from voltward.exchange.models import DownlinkCommand
from voltward.fleet.models import Vehicle
from voltward.gateway.config import DownlinkSource
from voltward.gateway.reasons import RecordKind
from voltward.records.models import Person
from voltward.simulator.commands import answer_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange runs in the test's own transaction."""
    monkeypatch.setattr(downlink_stream, "close_old_connections", lambda: None)


def test_a_query_goes_to_the_vehicle_and_its_answer_comes_back(
    operator: Person, safety_head: Person, vehicle: Vehicle, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path)
    source = DownlinkSource(places.downlink_file(settings), places.downlink_key(settings))
    journal, exchange = places.journal_folder(settings), DownlinkExchange(settings)
    row = agreed(operator, safety_head, vehicle)

    def seen(state: str) -> bool:
        exchange.step()
        row.refresh_from_db()
        return row.state == state

    with gateway(journal, downlink=source) as running, Phone(running.port) as phone:
        exchange.step()
        phone.asks(Car(vehicle.vin).login())
        heard = phone.hears()
        eventually(lambda: seen("sent"))
        command = frame(0x80, vehicle.vin, heard.unit)
        answer = answer_to(command)
        assert answer is not None
        phone.sends(answer)
        eventually(lambda: seen("done"))
    row = DownlinkCommand.objects.get(pk=row.pk)
    assert [text for _, text in answer_lines(row)] == ["10", "30"]
    kept = [(kind, data) for kind, _, data in records(journal) if data in (command, answer)]
    assert kept == [(RecordKind.COMMAND, command), (RecordKind.FRAME, answer)]
