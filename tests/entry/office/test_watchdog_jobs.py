"""What the office does for the watchdog: a heartbeat through its database, contacts, a look at it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.watchdog.test_probes import written

from voltward.base.canary import CANARY_RULE, CANARY_VIN
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import newcomers, places, registry, stream_follower, watchdog_jobs
from voltward.entry.finding_stream import FindingStream
from voltward.findings.finding import OPENED, Finding
from voltward.fleet.models import Vehicle
from voltward.gateway.registry import REGISTERED, RegistrySnapshot
from voltward.journal.writer import JournalWriter
from voltward.monitoring.models import Episode, WaitingFinding
from voltward.monitoring.services.phones import phone_add
from voltward.records.models import AuditRow, Maker, Notice, Person
from voltward.records.services.notice_channels import channel_close, channel_create
from voltward.watchdog.contacts import read_contacts
from voltward.watchdog.probes import file_renewed
from voltward.watchdog.status import Status, write_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def values(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_the_office_beats_through_its_database(values: Settings, maker: Maker) -> None:
    (beat, *_others) = watchdog_jobs.jobs(values)
    assert beat.run() == 1
    seen = file_renewed(places.office_beat(values))(time.time())
    assert seen.age_s is not None
    assert seen.age_s < 5


def robot(head: Person, name: str) -> Any:
    return channel_create(
        head, kind="wecom", name=name, settings={"origin": "https://qyapi.weixin.qq.com"},
        secrets={"key": f"key-of-{name}"},
    )  # fmt: skip


def test_contacts_are_written_when_something_changed_and_the_opened_number_is_on_record(
    values: Settings, safety_head: Person
) -> None:
    first = robot(safety_head, "值班群")
    phone_add(safety_head, topic="platform", name="王工", number="13900001234", is_personal=True)
    phone_add(safety_head, topic="platform", name="机房", number="4008200001", is_personal=False)
    phone_add(safety_head, topic="fire", name="消防", number="119", is_personal=False)
    file = watchdog_jobs.ContactsFile(values)
    assert file.renew() == 1
    assert file.renew() == 0
    found = read_contacts(places.watchdog_contacts(values))
    assert [(one.name, one.secrets) for one in found.ways] == [("值班群", {"key": "key-of-值班群"})]
    assert found.phones == ("13900001234", "4008200001")
    assert places.watchdog_contacts(values).stat().st_mode & 0o777 == 0o600
    assert AuditRow.objects.filter(action="protected.use").count() == 1
    channel_close(safety_head, channel_id=first.pk)
    assert file.renew() == 1
    assert read_contacts(places.watchdog_contacts(values)).ways == ()


def test_a_silent_watchdog_is_told_to_people_once(
    values: Settings, safety_head: Person, system_admin: Person
) -> None:
    now_s = [1_790_000_000.0]
    look = watchdog_jobs.Look(values, lambda: now_s[0])
    assert look.look() == 0  # everything starts
    now_s[0] += 121
    write_status(places.watchdog_status(values), Status(now_s[0] - 5, (), 0))
    assert look.look() == 0
    now_s[0] += 61
    assert look.look() >= 1
    look.look()
    (notice,) = Notice.objects.filter(kind="watchdog_silent", maker=safety_head.maker)
    told = set(notice.deliveries.values_list("person", flat=True))
    assert told == {safety_head.pk, system_admin.pk}


def test_where_it_is_switched_off_nobody_is_told(tmp_path: Path, safety_head: Person) -> None:
    look = watchdog_jobs.Look(Settings(data=tmp_path, watchdog=False), lambda: 1e9)
    look._begun_s = 0
    assert look.look() == 0


def test_the_canary_may_speak_and_is_on_nobodys_books(values: Settings, maker: Maker) -> None:
    registry.publish(places.registry_snapshot(values))
    snapshot = RegistrySnapshot.load(places.registry_snapshot(values))
    place = snapshot.find(CANARY_VIN.encode())
    assert snapshot.flags[place] == REGISTERED
    follower = newcomers.Follower(values, lambda count: None)
    assert CANARY_VIN.encode() in follower._known
    assert not Vehicle.objects.filter(vin=CANARY_VIN).exists()


def test_the_canarys_findings_prove_the_follower_and_leave_no_row(
    values: Settings, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
    canary = vehicle_id(CANARY_VIN, places.vehicle_key(values))
    now_s = int(time.time())
    pulse = Finding(OPENED, CANARY_RULE, canary, now_s, now_s, now_s * 1000)
    writer = JournalWriter(places.journal_folder(values), "findings-main")
    written(writer, pulse)
    taken: list[Any] = []
    stream = FindingStream(values, taken.append)
    assert stream.step()
    assert taken == []
    assert not WaitingFinding.objects.exists()
    assert not Episode.objects.exists()
    assert json.loads(places.alarms_beat(values).read_bytes())["at"] >= now_s
    stream.reader.close()
    writer.close()
