"""Exports above the limit: a reason, a second person, a file for its asker alone, for some days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.pages.lists.ports import Left
from voltward.records import approvals, days
from voltward.records.models import Approval, AuditRow, ExportRequest, ExportRule, Maker, Person
from voltward.records.selectors import exports as selectors
from voltward.records.selectors import installation
from voltward.records.services import exports as services
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db
WISH = Left("vehicle", "vin=LVV", "-vin", ("vin", "state"), "csv", reason="召回分析")


def somebody(login: str, role: str, maker: Maker) -> Person:
    return person_create(installation(), login=login, display_name=login, maker=maker, roles=[role])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Any:
    before = services._folder[0]
    services.hand_in_folder(lambda: tmp_path / "exports")
    yield tmp_path / "exports"
    services._folder[0] = before


@pytest.fixture
def asker(maker: Maker) -> Person:
    vins = [f"LVVDB11B0RE{index:06d}" for index in range(3)]
    vehicle_admit_unregistered(installation(), vins=vins, key=b"k" * 32, fallback=maker)
    return somebody("asker", "quality_engineer", maker)


@pytest.fixture
def protector(maker: Maker) -> Person:
    return somebody("protector", "data_protection_officer", maker)


def accepted(asker: Person, protector: Person, wish: Left = WISH) -> ExportRequest:
    request = services.export_ask(asker, wish=wish)
    approvals.approval_accept(protector, approval_id=request.approval_id)
    request.refresh_from_db()
    return request


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


# ---- asking and agreeing


def test_above_the_limit_the_page_offers_to_ask_a_second_person(
    asker: Person, operator: Person
) -> None:
    ExportRule.objects.update(rows=2)
    client = client_of(asker)
    answer = client.get("/vehicles/?export=csv&vin=LVV")
    assert answer.status_code == 422
    assert "大批量导出的理由" in answer.content.decode()
    assert (
        "大批量导出的理由" not in client_of(operator).get("/vehicles/?export=csv").content.decode()
    )
    asked = client.post("/vehicles/?vin=LVV", {"export": "csv", "ask": "1", "reason": "召回分析"})
    assert asked["Location"] == "/exports/"
    request = ExportRequest.objects.get()
    assert (request.query, request.approval.kind, request.approval.reason) == (
        "vin=LVV", "export.large", "召回分析",
    )  # fmt: skip
    assert "召回分析" in client.get("/exports/").content.decode()
    assert client_of(operator).post(
        "/vehicles/", {"export": "csv", "ask": "1", "reason": "x"}
    ).status_code == 403  # fmt: skip
    assert ExportRequest.objects.count() == 1


def test_nothing_is_made_before_a_second_person_agreed(
    asker: Person, protector: Person, folder: Path
) -> None:
    request = services.export_ask(asker, wish=WISH)
    assert services.exports_make() == 0
    with pytest.raises(NotPermitted):
        approvals.approval_accept(asker, approval_id=request.approval_id)
    assert services.exports_make() == 0
    approvals.approval_refuse(protector, approval_id=request.approval_id, note="过宽")
    assert services.exports_make() == 0
    with pytest.raises(WrongState):
        approvals.approval_accept(protector, approval_id=request.approval_id)
    assert not folder.exists()


def test_the_check_would_notice_a_job_that_waits_for_nobody(
    asker: Person, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    services.export_ask(asker, wish=WISH)
    monkeypatch.setattr(selectors, "export_to_make", lambda: ExportRequest.objects.all())
    monkeypatch.setattr(services, "_export_finish", lambda *x, **y: None)
    services.exports_make()
    assert list(folder.iterdir())


def test_who_may_agree_is_not_who_may_ask(
    asker: Person, maker: Maker, other_maker: Maker, protector: Person
) -> None:
    request = services.export_ask(asker, wish=WISH)
    for other in (
        somebody("quality2", "quality_engineer", maker),
        somebody("foreign", "data_protection_officer", other_maker),
    ):
        with pytest.raises(NotFound):
            approvals.approval_accept(other, approval_id=request.approval_id)
    with pytest.raises(NotPermitted):
        services.export_ask(protector, wish=WISH)
    assert ExportRequest.objects.get().accepted_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"reason": " "},
        {"query": "colour=red"},
        {"sort": "x"},
        {"columns": ("x",)},
        {"format": "exe"},
    ],
)
def test_a_wish_that_cannot_be_carried_out_is_refused(
    asker: Person, change: dict[str, Any]
) -> None:
    from dataclasses import replace

    with pytest.raises(BadInput):
        services.export_ask(asker, wish=replace(WISH, **change))
    assert not Approval.objects.exists()
    assert not ExportRequest.objects.exists()


# ---- the file


def test_the_file_holds_the_filtered_rows_and_is_its_askers_alone(
    asker: Person, protector: Person, folder: Path, other_maker: Maker
) -> None:
    request = accepted(asker, protector)
    assert services.exports_make() == 1
    assert services.exports_make() == 0
    request.refresh_from_db()
    path = folder / request.file_name
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert request.rows == 3
    assert request.expires_at - request.made_at == timedelta(days=7)  # type: ignore[operator]
    answer = client_of(asker).get(f"/exports/{request.pk}/")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines == ["VIN,车辆状态", *(f"LVVDB11B0RE00000{number},未建档" for number in (2, 1, 0))]
    row = AuditRow.objects.get(action="vehicle.export")
    assert (row.subject, row.after["reason"], row.result) == ("3 rows", "召回分析", "read")
    for other in (
        somebody("quality2", "quality_engineer", asker.maker),  # type: ignore[arg-type]
        somebody("foreign", "quality_engineer", other_maker),
    ):
        assert client_of(other).get(f"/exports/{request.pk}/").status_code == 404
    assert client_of(protector).get(f"/exports/{request.pk}/").status_code == 403
    assert AuditRow.objects.filter(action="vehicle.export").count() == 1


def test_the_file_is_gone_after_its_days(asker: Person, protector: Person, folder: Path) -> None:
    request = accepted(asker, protector)
    services.exports_make()
    ExportRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        services.export_taken(asker, export_id=request.pk)
    assert services.exports_make() == 1
    assert list(folder.iterdir()) == []
    assert services.exports_make() == 0
    assert "已过期" in client_of(asker).get("/exports/").content.decode()


def test_who_lost_the_grant_since_gets_nothing(
    asker: Person, protector: Person, folder: Path
) -> None:
    request = accepted(asker, protector)
    asker.assignments.all().delete()
    assert services.exports_make() == 0
    request.refresh_from_db()
    assert (request.failure, request.made_at) == ("not_permitted", None)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_file_that_fails_again_and_again_is_given_up(
    asker: Person, protector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = accepted(asker, protector)
    monkeypatch.setattr(services.files, "write", lambda *x, **y: 1 / 0)
    for _ in range(selectors.MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            services.exports_make()
    services.exports_make()
    request.refresh_from_db()
    assert request.failure == "failed"
    assert not selectors.export_to_make().exists()


# ---- the rule


def test_the_limit_is_a_dated_row_that_two_people_change(
    safety_head: Person, protector: Person, other_operator: Person
) -> None:
    assert (
        selectors.export_rule(safety_head).rows,
        selectors.export_rule(safety_head).keep_days,
    ) == (10_000, 7)
    today = days.today()
    wish = {"rows": 500, "keep_days": 3, "source": "内部规定", "reason": "收紧"}
    now = services.export_rule_propose(safety_head, valid_from=today, **wish)  # type: ignore[arg-type]
    later = services.export_rule_propose(
        safety_head, valid_from=today + timedelta(days=30), **{**wish, "rows": 9}
    )  # type: ignore[arg-type]
    assert selectors.export_rule(safety_head).rows == 10_000
    with pytest.raises(NotPermitted):
        approvals.approval_accept(safety_head, approval_id=now.pk)
    for one in (now, later):
        approvals.approval_accept(protector, approval_id=one.pk)
    rule = selectors.export_rule(safety_head)
    assert (rule.rows, rule.keep_days, rule.source) == (500, 3, "内部规定")
    assert selectors.export_rule(other_operator).rows == 10_000


def test_a_rule_out_of_range_or_of_yesterday_is_refused(
    safety_head: Person, operator: Person
) -> None:
    today = days.today()
    good = {"rows": 500, "keep_days": 3, "valid_from": today, "source": "x", "reason": "y"}
    for bad in (
        {"rows": 0}, {"rows": 10**7}, {"keep_days": 0}, {"valid_from": today - timedelta(days=1)},
        {"source": " "}, {"reason": ""},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            services.export_rule_propose(safety_head, **{**good, **bad})  # type: ignore[arg-type]
    with pytest.raises(NotPermitted):
        services.export_rule_propose(operator, **good)  # type: ignore[arg-type]
    assert not Approval.objects.exists()


def test_a_rule_is_proposed_by_form(safety_head: Person) -> None:
    client = client_of(safety_head)
    form = {
        "rows": "500", "keep_days": "3", "valid_from": days.today().isoformat(),
        "source": "x", "reason": "y",
    }  # fmt: skip
    assert client.post("/exports/rule/", {**form, "valid_from": "2020-01-01"}).status_code == 422
    assert client.post("/exports/rule/", form).status_code == 302
    assert Approval.objects.get().kind == "export.rule"
