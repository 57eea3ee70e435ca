"""Accident data frozen: when, how much of it, by which hashes, and what comes in afterwards."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from tests.exchange.accidents.conftest import MOMENT, WHOLE, Kept, ago
from tests.exchange.platforms_made import person
from tests.monitoring.test_intake import finding, take

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange.accident_files import frames_in, package_checked
from voltward.exchange.accident_frames import stretches
from voltward.exchange.models import AccidentPackage, AccidentVersion
from voltward.exchange.selectors.accidents import file_of, versions_of
from voltward.exchange.services import accident_freezing
from voltward.exchange.services.accident_freezing import accidents_freeze
from voltward.exchange.services.accident_reading import (
    accident_taken,
    accident_verified,
    version_data,
)
from voltward.exchange.services.accidents import accident_ask, accident_ask_of_alarm
from voltward.findings.finding import WORSE
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.monitoring.ports import FramesUnreadable
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import AuditRow, DeadlineRule, Person
from voltward.records.retention import Held
from voltward.records.services.attachments import attachment_delete
from voltward.records.services.holds import hold_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("disk")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def package(operator: Person, vehicle: Vehicle) -> AccidentPackage:
    made = accident_ask(operator, vin=vehicle.vin, moment=MOMENT, reason="碰撞，车主来电")
    ago(made, asked_at=HOUR)
    return made


def frozen(package: AccidentPackage) -> AccidentVersion:
    accidents_freeze()
    package.refresh_from_db()
    found = versions_of(package).first()
    assert found is not None
    return found


def opened(version: AccidentVersion) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(version_data(version)))


def test_every_second_that_was_sent_is_frozen_with_its_raw_frame(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, range(-40, 41))
    version = frozen(package)
    assert (version.number, version.frames, version.reissued, version.missing) == (1, 61, 30, [])
    assert (package.state, package.seconds) == ("complete", 61)
    raw = [opened(version).read(one) for one in opened(version).namelist() if "raw/" in one]
    assert set(raw) < {one.frame for one in kept.frames.values()}
    assert [one[2] for one in raw] == [3] * 30 + [2] * 31


def test_seconds_without_a_frame_are_counted_and_not_invented(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, set(WHOLE) - {-30, -7, 0, 12})
    version = frozen(package)
    assert (version.missing_before, version.missing_after) == ([-30, -7], [0, 12])
    assert (package.state, package.seconds) == ("partial", 57)
    said = json.loads(opened(version).read("manifest.json"))["completeness"]
    assert (said["seconds_there"], said["missing_after"]) == (57, [0, 12])


def test_missing_seconds_are_told_in_stretches() -> None:
    assert stretches([-30, -29, -28, -5, 1, 2]) == "-30…-28, -5, 1…2"
    assert stretches([]) == ""


def test_a_moment_of_which_nothing_came_is_frozen_as_that(
    kept: Kept, package: AccidentPackage
) -> None:
    version = frozen(package)
    assert (version.frames, len(version.missing), package.state) == (0, 61, "empty")
    assert accident_verified(package.asked_by, package_id=package.pk, number=1) == []


def test_a_row_whose_raw_frame_is_gone_is_named(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, WHOLE)
    gone = next(key for key, one in kept.frames.items() if one.received_at == MOMENT)
    del kept.frames[gone]
    version = frozen(package)
    assert (version.frames, version.unreadable, version.missing) == (60, 1, [0])


def test_what_the_frames_say_lies_beside_them_as_a_table(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, (-1, 0), speed_kmh=61.5)
    text = opened(frozen(package)).read("decoded.csv").decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["second"], second["second"]) == ("-1", "0")
    assert (first["vehicle.speed_kmh"], first["vehicle.accelerator_pct"]) == ("61.5", "20")
    assert first["cell_voltages.packs.1.cell_voltages_v"] == "3.701 3.702 3.703 3.704"
    assert float(first["position.longitude_deg"]) == 116.397128


def test_nothing_is_frozen_before_its_window_is_past_and_has_come_in(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, WHOLE)
    ago(package, asked_at=timedelta(seconds=140))
    assert accidents_freeze() == 0
    ago(package, asked_at=timedelta(seconds=151))
    assert accidents_freeze() == 1


@pytest.mark.parametrize("fault", ["frames", "store"])
def test_while_frames_cannot_be_read_nothing_is_frozen_on_half_an_answer(
    fault: str, kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, WHOLE)
    kept.fault = FramesUnreadable("disk") if fault == "frames" else None
    kept.around.is_away = fault == "store"
    assert accidents_freeze() == 0
    kept.fault, kept.around.is_away = None, False
    kept.around.forget()
    assert frozen(package).frames == 61


def test_late_frames_make_another_version_and_the_old_one_stays(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle, operator: Person
) -> None:
    kept.sent(vehicle, range(31))
    first = frozen(package)
    kept.sent(vehicle, range(-30, 0))
    assert accidents_freeze() == 0  # looked at a moment ago
    ago(package, looked_at=HOUR)
    second = frozen(package)
    assert (second.number, second.frames, second.missing) == (2, 61, [])
    assert (first.frames, package.state) == (31, "complete")
    for number in (1, 2):
        assert accident_verified(operator, package_id=package.pk, number=number) == []
    ago(package, looked_at=HOUR)
    assert accidents_freeze() == 0


def test_a_later_version_keeps_what_is_gone_meanwhile(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, range(31))
    frozen(package)
    kept.frames.clear()
    kept.around.client.command("TRUNCATE TABLE frames_rows")
    kept.sent(vehicle, (-3, -2))
    ago(package, looked_at=HOUR)
    second = frozen(package)
    assert (second.frames, second.missing_after, len(second.missing_before)) == (33, [], 28)
    times = [one.collected_at for one in frames_in(version_data(second))]
    assert times == sorted(times)


def test_after_the_days_in_which_vehicles_reissue_nobody_looks_any_more(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    frozen(package)
    kept.sent(vehicle, WHOLE)
    ago(package, asked_at=9 * DAY, looked_at=HOUR)
    assert accidents_freeze() == 0
    DeadlineRule.objects.filter(code="accident_late").update(amount=10)
    assert accidents_freeze() == 1


def test_the_store_may_forget_what_is_frozen(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle, operator: Person
) -> None:
    kept.sent(vehicle, WHOLE)
    frozen(package)
    kept.around.client.command("TRUNCATE TABLE frames_rows")
    kept.frames.clear()
    ago(package, looked_at=HOUR)
    assert accidents_freeze() == 0
    assert accident_verified(operator, package_id=package.pk, number=1) == []


def test_a_version_is_written_once(kept: Kept, package: AccidentPackage) -> None:
    version = frozen(package)
    for write in (
        lambda: AccidentVersion.objects.filter(pk=version.pk).update(sha256="0" * 64),
        lambda: AccidentVersion.objects.filter(pk=version.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_a_crash_while_freezing_leaves_nothing_half_done(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.sent(vehicle, WHOLE)

    def full(*_given: object, **_named: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(accident_freezing, "attachment_of_platform", full)
        with pytest.raises(OSError, match="disk full"):
            accidents_freeze()
    assert not AccidentVersion.objects.exists()
    assert frozen(package).number == 1


# ---- hashes


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    """The ZIP with one file of another content, or without it, or with one more."""
    old, whole = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(whole, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        if content is not None:
            new.writestr(name, content)
    return whole.getvalue()


def test_whatever_is_changed_in_a_file_is_found_and_named(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle
) -> None:
    kept.sent(vehicle, WHOLE)
    version = frozen(package)
    data = version_data(version)

    def wrong(other: bytes) -> set[tuple[str, str]]:
        found = package_checked(
            other, sha256=version.sha256, manifest_sha256=version.manifest_sha256
        )
        return {(one.code, one.name) for one in found} - {("archive", "")}

    raw = "raw/00001-03.bin"
    frame = bytearray(opened(version).read(raw))
    frame[40] ^= 1
    assert wrong(data) == set()
    assert wrong(changed(data, raw, bytes(frame))) == {("changed", raw)}
    assert wrong(changed(data, raw, None)) == {("lost", raw)}
    assert wrong(changed(data, "raw/99999-02.bin", b"x")) == {("added", "raw/99999-02.bin")}
    manifest = opened(version).read("manifest.json").replace(b'"complete', b'"compleat')
    assert wrong(changed(data, "manifest.json", manifest)) == {("manifest", "manifest.json")}
    assert wrong(data[:500]) == {("unreadable", "")}
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 0xFF
    codes = package_checked(
        bytes(flipped), sha256=version.sha256, manifest_sha256=version.manifest_sha256
    )
    assert "archive" in {one.code for one in codes}


def test_the_command_fails_where_a_file_on_disk_was_changed(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle, disk: DiskStorage,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kept.sent(vehicle, WHOLE)
    version = frozen(package)
    call_command("accident", "verify")
    assert f"A{package.pk} v1: as it was frozen" in capsys.readouterr().out
    path = disk.path(version.sha256)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(CommandError):
        call_command("accident", "verify", str(package.pk))
    with pytest.raises(CommandError, match="no package"):
        call_command("accident", "verify", "999999")


# ---- who proposes, who reads, what keeps it


def test_a_thermal_event_proposes_a_package_by_itself_and_once(vehicle: Vehicle) -> None:
    take(finding(vehicle, level=3, reported_level=3))
    assert not AccidentPackage.objects.exists()
    take(finding(vehicle, WORSE, 30, since=0, level=4, reported_level=3))
    alarm, found = Alarm.objects.get(), AccidentPackage.objects.get()
    assert (found.source, found.alarm, found.moment) == ("thermal", alarm, alarm.last_at)
    take(finding(vehicle, WORSE, 60, since=0, level=4, reported_level=4))
    assert AccidentPackage.objects.count() == 1
    take(finding(vehicle, at=10, rule="fault.23", level=2, reported_level=4))
    assert AccidentPackage.objects.count() == 2


def test_a_grave_alarm_leads_to_a_package_and_a_light_one_does_not(
    vehicle: Vehicle, operator: Person
) -> None:
    take(finding(vehicle, level=3), finding(vehicle, rule="fault.1", level=2))
    grave, light = Alarm.objects.order_by("-level")
    made = accident_ask_of_alarm(operator, alarm_id=grave.pk, reason="追尾")
    assert (made.source, made.moment, made.alarm) == ("alarm", grave.opened_at, grave)
    with pytest.raises(BadInput):
        accident_ask_of_alarm(operator, alarm_id=light.pk, reason="追尾")


def test_asking_needs_the_right_a_reason_a_past_moment_and_a_vehicle_of_ones_own(
    vehicle: Vehicle, operator: Person, other_operator: Person
) -> None:
    engineer = person(vehicle.maker, "engineer", "quality_engineer")
    given = {"vin": vehicle.vin, "moment": MOMENT, "reason": "碰撞"}
    for actor, more, refusal in (
        (engineer, {}, NotPermitted),
        (other_operator, {}, NotFound),
        (operator, {"reason": " "}, BadInput),
        (operator, {"moment": MOMENT + 3650 * DAY}, BadInput),
    ):
        with pytest.raises(refusal):
            accident_ask(actor, **{**given, **more})
    assert not AccidentPackage.objects.exists()
    accident_ask(operator, **given)
    with pytest.raises(WrongState):
        accident_ask(operator, **given)
    assert AuditRow.objects.filter(action="accident.ask", result="done").count() == 1


def test_taking_the_file_leaves_a_row_for_the_exact_positions_in_it(
    kept: Kept, package: AccidentPackage, vehicle: Vehicle, operator: Person, stranger: Person
) -> None:
    kept.sent(vehicle, WHOLE)
    version = frozen(package)
    _found, data = accident_taken(operator, package_id=package.pk, number=1, reason="交警要求")
    assert data == version_data(version)
    read = AuditRow.objects.get(action="position.read", result="read")
    assert (read.subject, read.after["reason"]) == (f"Vehicle:{vehicle.pk}", "交警要求")
    assert AuditRow.objects.filter(action="accident.take", result="read").count() == 1
    officer = person(vehicle.maker, "officer-1", "cyber_officer")
    for actor, number, why, refusal in (
        (operator, 1, " ", BadInput),
        (operator, 2, "x", NotFound),
        (stranger, 1, "x", NotFound),
        (officer, 1, "x", NotPermitted),
    ):
        with pytest.raises(refusal):
            accident_taken(actor, package_id=package.pk, number=number, reason=why)
    assert AuditRow.objects.filter(action="position.read", result="read").count() == 1


@pytest.mark.parametrize("on", ["package", "vehicle", "version"])
def test_a_legal_hold_on_any_of_what_it_belongs_to_keeps_the_file(
    on: str, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person
) -> None:
    version = frozen(package)
    file = file_of(version)
    assert file is not None
    assert file.retention_class_id == "accident"
    named = {
        "package": f"AccidentPackage:{package.pk}", "vehicle": f"Vehicle:{vehicle.pk}",
        "version": f"AccidentVersion:{version.pk}",
    }  # fmt: skip
    hold_place(safety_head, reason="诉讼", records=[named[on]])
    with pytest.raises(Held):
        attachment_delete(safety_head, attachment_id=file.pk, reason="清理")
    assert file_of(version) == file
