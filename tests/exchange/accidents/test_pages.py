"""事故数据包: the form, a package's page, its file, its hashes on demand, holds and the decision to report."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.exchange.accidents.conftest import MOMENT, WHOLE, Kept, ago
from tests.exchange.platforms_made import approved, person
from tests.monitoring.test_intake import finding, take

from voltward.exchange.models import AccidentPackage, AccidentVersion, ReportDue
from voltward.exchange.services.accident_freezing import accidents_freeze
from voltward.exchange.services.accident_reports import accident_reports_make
from voltward.exchange.services.accidents import accident_ask
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import AuditRow, LegalHold, Person

pytestmark = pytest.mark.django_db


def client_of(actor: Person) -> Client:
    client = Client()
    client.force_login(actor)
    return client


@pytest.fixture
def frozen(kept: Kept, disk: DiskStorage, operator: Person, vehicle: Vehicle) -> AccidentPackage:
    assert disk
    kept.sent(vehicle, set(WHOLE) - {3})
    made = accident_ask(operator, vin=vehicle.vin, moment=MOMENT, reason="碰撞")
    ago(made, asked_at=timedelta(hours=1))
    accidents_freeze()
    return made


def test_a_package_is_asked_for_by_vehicle_and_moment_or_by_alarm(
    as_operator: Client, vehicle: Vehicle
) -> None:
    url = reverse("accident-ask")
    take(finding(vehicle, level=3))
    alarm = Alarm.objects.get()
    assert f'value="{alarm.pk}"' in as_operator.get(f"{url}?alarm={alarm.pk}").content.decode()
    by_hand = {"vin": vehicle.vin.lower(), "moment": "2026-03-15T12:00:05", "reason": "追尾"}
    for given in ({"alarm": alarm.pk, "reason": "追尾"}, by_hand):
        answer = as_operator.post(url, given)
        newest = AccidentPackage.objects.order_by("-pk")[0]
        assert answer["Location"] == reverse("accident", args=[newest.pk])
    assert newest.moment == MOMENT + timedelta(seconds=5)


@pytest.mark.parametrize(
    "given",
    [
        {"reason": "x"},
        {"reason": "x", "vin": "LVVDB11B0RE000001"},
        {"reason": "x", "alarm": "999999"},
        {"reason": "x", "vin": "LVVDB11B0RE999999", "moment": "2026-03-15T12:00:05"},
        {"reason": "x", "vin": "LVVDB11B0RE000001", "moment": "2099-03-15T12:00:05"},
        {"vin": "LVVDB11B0RE000001", "moment": "2026-03-15T12:00:05"},
    ],
)
def test_what_cannot_be_is_refused_on_the_form(
    given: dict[str, str], as_operator: Client, vehicle: Vehicle
) -> None:
    assert as_operator.post(reverse("accident-ask"), given).status_code == 422
    assert not AccidentPackage.objects.exists()


def test_the_page_tells_what_lacks_and_hands_out_what_may_be_handed_out(
    frozen: AccidentPackage, as_operator: Client, vehicle: Vehicle
) -> None:
    url = reverse("accident", args=[frozen.pk])
    page = as_operator.get(url).content.decode()
    version = AccidentVersion.objects.get()
    assert version.sha256 in page
    assert "60 / 61" in page
    file_url = reverse("accident-file", args=[frozen.pk, 1])
    assert as_operator.post(file_url, {"reason": ""}).status_code == 302
    answer = as_operator.post(file_url, {"reason": "交警要求"})
    assert answer["Content-Type"] == "application/zip"
    assert answer.content[:4] == b"PK\x03\x04"
    assert AuditRow.objects.filter(action="position.read", result="read").count() == 1
    for role, page_status, file_status in (("auditor", 200, 403), ("quality_engineer", 403, 403)):
        client = client_of(person(vehicle.maker, role, role))
        assert client.get(url).status_code == page_status
        assert client.post(file_url, {"reason": "x"}).status_code == file_status


def test_anothers_package_is_not_found(frozen: AccidentPackage, stranger: Person) -> None:
    client = client_of(stranger)
    assert client.get(reverse("accident", args=[frozen.pk])).status_code == 404
    for name in ("accident-verify", "accident-file"):
        url = reverse(name, args=[frozen.pk, 1])
        assert client.post(url, {"reason": "x"}).status_code == 404


def test_hashes_are_reckoned_anew_on_demand(
    frozen: AccidentPackage, vehicle: Vehicle, disk: DiskStorage
) -> None:
    client = client_of(person(vehicle.maker, "auditor", "auditor"))
    url = reverse("accident-verify", args=[frozen.pk, 1])
    assert client.post(url).context["wrong"] == []
    path = disk.path(AccidentVersion.objects.get().sha256)
    path.write_bytes(path.read_bytes() + b"\0")
    assert [name for _title, name in client.post(url).context["wrong"]] == [""]
    told = AuditRow.objects.filter(action="accident.verify").order_by("pk")
    assert [row.after["wrong"] for row in told] == [[], ["archive"]]


def test_a_hold_is_placed_on_the_page(
    frozen: AccidentPackage, as_safety_head: Client, as_operator: Client
) -> None:
    url = reverse("accident-hold", args=[frozen.pk])
    assert as_operator.post(url, {"reason": "诉讼"}).status_code == 403
    as_safety_head.post(url, {"reason": ""})
    assert not LegalHold.objects.exists()
    as_safety_head.post(url, {"reason": "诉讼"})
    assert "诉讼" in as_safety_head.get(reverse("accident", args=[frozen.pk])).content.decode()


def test_deciding_to_report_shows_what_became_of_it(
    frozen: AccidentPackage, as_safety_head: Client, as_operator: Client, safety_head: Person,
    officer: Person,
) -> None:  # fmt: skip
    approved(safety_head, officer)
    url = reverse("accident-report", args=[frozen.pk])
    assert as_operator.post(url, {"reason": "x"}).status_code == 403
    as_safety_head.post(url, {"reason": "交通事故"})
    accident_reports_make()
    page = as_safety_head.get(reverse("accident", args=[frozen.pk]))
    assert [(one.count, one.platform) for one in page.context["reports"]] == [(60, "平台 national")]
    report = ReportDue.objects.order_by("pk")[0]
    items = as_safety_head.get(reverse("report", args=[report.pk])).context["items"]
    said = {str(title): cell.text for title, cell in items}
    assert len(items) == 14
    assert said["制动灯"] == "无效"
    assert said["加速踏板行程值"].startswith("20")
