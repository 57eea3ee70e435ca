"""Accident samples for public platforms: what is sent, of which seconds, and never without a decision."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.exchange.accidents.conftest import MOMENT, WHOLE, Kept, ago
from tests.exchange.platforms_made import approved
from tests.monitoring.car import report

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange.accident_samples import known_of, sample_body, samples_of, values_of
from voltward.exchange.models import AccidentPackage, ReportDue
from voltward.exchange.services.accident_freezing import accidents_freeze
from voltward.exchange.services.accident_reports import accident_reports_make
from voltward.exchange.services.accidents import accident_ask, accident_report
from voltward.exchange.services.report_answers import reports_to_hand_over
from voltward.exchange.services.reports import report_repeat
from voltward.fleet.models import Vehicle
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.records.models import Person
from voltward.uplink.links import Link
from voltward.uplink.reports import ACCIDENT, frame_of

VIN = "LVVDB11B0RE000001"
LINK = Link("national", 0, "127.0.0.1", 1, "VOLTWARD000000001", "volt", "x")


def test_a_body_is_what_the_text_prints() -> None:
    # the example of the fact sheet: everything known, on 15 March 2026 at 08:30:05 in Beijing
    moment = datetime.fromisoformat("2026-03-15T08:30:05+08:00")
    known = {
        "brake_lamp": 1, "left_turn": 2, "right_turn": 2, "driver_belt": 1, "passenger_belt": 2,
        "accelerator_pct": 0, "brake_pedal": 85, "steering_angle_deg": 0x01F7, "cruise": 2, "abs": 1,
        "esp": 2, "aebs": 2, "master_cylinder_kpa": 0x01CC, "energy_recovery": 0x79,
    }  # fmt: skip
    body = sample_body(moment, {**known, "energy_recovery": 1})
    assert (
        body.hex() == "1a030f081e05" + "0102020102" + "0055" + "01f7" + "02010202" + "01cc" + "01"
    )


def test_what_is_not_known_is_invalid_and_what_cannot_be_said_is_abnormal() -> None:
    body = sample_body(MOMENT, {"accelerator_pct": 101, "brake_pedal": 0x65, "brake_lamp": 3})
    assert body[6:].hex() == "feffffffff" + "fe65" + "ffff" + "ffffffff" + "ffff" + "ff"
    assert len(body) == 22


def test_the_pedals_of_2016_are_known_and_nothing_is_made_up_for_2025() -> None:
    old = report(VIN, accelerator_pct=37, brake_pct=None)
    assert known_of(old) == {"accelerator_pct": 37}
    assert known_of(report(VIN, edition=Edition.Y2025)) == {}
    assert known_of(old[:-1] + b"\0") == {}


def test_of_several_frames_of_a_second_the_one_that_knows_most_is_told() -> None:
    little = report(VIN, command=3, accelerator_pct=None, brake_pct=None)
    much = report(VIN, accelerator_pct=12, brake_pct=34)
    later = report(VIN, MOMENT + timedelta(seconds=1))
    told = samples_of([little, much, later])
    assert list(told) == [MOMENT, MOMENT + timedelta(seconds=1)]
    assert {field.name: value.raw for field, value in values_of(told[MOMENT])} | {
        "accelerator_pct": 12, "brake_pedal": 34,
    } == {field.name: value.raw for field, value in values_of(told[MOMENT])}  # fmt: skip


# ---- from the package to the uplink


@pytest.fixture
def package(
    safety_head: Person, officer: Person, operator: Person, vehicle: Vehicle
) -> AccidentPackage:
    approved(safety_head, officer)
    made = accident_ask(operator, vin=vehicle.vin, moment=MOMENT, reason="碰撞")
    ago(made, asked_at=timedelta(hours=1))
    return made


def told() -> list[ReportDue]:
    return list(ReportDue.objects.filter(command=ACCIDENT).order_by("pk"))


@pytest.mark.django_db
@pytest.mark.usefixtures("disk")
class TestTelling:
    def test_nothing_is_told_before_somebody_decides(
        self, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person
    ) -> None:
        kept.sent(vehicle, WHOLE)
        accidents_freeze()
        assert accident_reports_make() == 0
        accident_report(safety_head, package_id=package.pk, reason="交通事故")
        assert accident_reports_make() == 61
        assert accident_reports_make() == 0

    def test_a_message_for_each_second_that_has_a_frame_oldest_first(
        self, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person
    ) -> None:
        kept.sent(vehicle, set(WHOLE) - {5})
        accident_report(safety_head, package_id=package.pk, reason="交通事故")
        assert accident_reports_make() == 0  # not frozen yet
        accidents_freeze()
        assert accident_reports_make() == 60
        seconds = [round((one.moment - MOMENT).total_seconds()) for one in told()]
        assert seconds == sorted(set(WHOLE) - {5})
        handed = reports_to_hand_over()
        decoded = decode_frame(frame_of(handed[0], LINK))
        assert decoded.problems == ()
        assert handed[0].command == ACCIDENT
        assert decoded.body.values["accelerator_pct"] == 20

    def test_late_seconds_are_told_when_they_are_frozen_and_the_others_not_again(
        self, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person
    ) -> None:
        kept.sent(vehicle, range(31))
        accident_report(safety_head, package_id=package.pk, reason="交通事故")
        accidents_freeze()
        assert accident_reports_make() == 31
        kept.sent(vehicle, range(-30, 0))
        ago(package, looked_at=timedelta(hours=1))
        accidents_freeze()
        assert accident_reports_make() == 30
        assert len({one.moment for one in told()}) == 61

    def test_only_platforms_that_take_reports_are_told(
        self, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person, officer: Person
    ) -> None:  # fmt: skip
        approved(safety_head, officer, "silent", reports=False)
        approved(safety_head, officer, "local")
        kept.sent(vehicle, (0, 1))
        accidents_freeze()
        accident_report(safety_head, package_id=package.pk, reason="交通事故")
        accident_reports_make()
        assert sorted(one.platform.name for one in told()) == ["local"] * 2 + ["national"] * 2

    def test_a_sample_that_was_refused_is_sent_again_with_its_own_time(
        self, kept: Kept, package: AccidentPackage, vehicle: Vehicle, safety_head: Person
    ) -> None:
        kept.sent(vehicle, (0, 1))
        accidents_freeze()
        accident_report(safety_head, package_id=package.pk, reason="交通事故")
        accident_reports_make()
        first = told()[0]
        ReportDue.objects.filter(pk=first.pk).update(state=ReportDue.REFUSED)
        again = report_repeat(safety_head, report_id=first.pk)
        assert (again.moment, again.body, again.correction) == (first.moment, first.body, 1)

    def test_deciding_needs_the_right_and_a_reason_and_is_done_once(
        self, package: AccidentPackage, operator: Person, safety_head: Person, stranger: Person
    ) -> None:
        for actor, reason, refusal in (
            (operator, "x", NotPermitted), (safety_head, " ", BadInput), (stranger, "x", NotFound),
        ):  # fmt: skip
            with pytest.raises(refusal):
                accident_report(actor, package_id=package.pk, reason=reason)
        accident_report(safety_head, package_id=package.pk, reason="x")
        with pytest.raises(WrongState):
            accident_report(safety_head, package_id=package.pk, reason="x")
