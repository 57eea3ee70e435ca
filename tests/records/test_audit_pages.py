"""Searching the trail, one row in full, files of what was searched for, and verifying on a page."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.test import Client
from django.utils import translation
from tests.answers import body_of

from voltward.base.errors import NotPermitted, WrongState
from voltward.records import selectors, services
from voltward.records.audit_chain import Finding
from voltward.records.models import AuditRow, AuditVerification, Maker, Person
from voltward.records.selectors.audit_verification import Report
from voltward.records.services import audit_verifications
from voltward.records.services.audit_seals import audit_rows_seal
from voltward.records.services.audit_verifications import (
    audit_verification_ask,
    audit_verification_run,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture
def audit_admin(maker: Maker) -> Person:
    return services.person_create(
        selectors.installation(), login="audit-admin", display_name="王审计", maker=maker,
        roles=["audit_admin"],
    )  # fmt: skip


@pytest.fixture
def page(audit_admin: Person) -> Client:
    client = Client()
    client.force_login(audit_admin)
    return client


def row(actor: Person, **more: object) -> AuditRow:
    values = {
        "actor": actor, "maker": actor.maker, "action": "vehicle.write", "subject": "Vehicle:1",
        "result": "done", "at": NOON, "before": {"plate": "沪A1", "model": "x"},
        "after": {"plate": "沪B2", "model": "x"}, "request_number": "ABCD-1234",
    }  # fmt: skip
    return AuditRow.objects.create(**{**values, **more})


def subjects(page: Client, query: str) -> list[str]:
    """What an export of the filtered list holds: the file shows exactly what the page does."""
    answer = page.get(f"/audit/?{query}&export=csv")
    assert answer.status_code == 200
    lines = list(csv.DictReader(StringIO(body_of(answer).decode("utf-8-sig"), newline="")))
    return sorted(line["对象"] for line in lines)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=2026-03-15T12:00&until=2026-03-15T12:00", {"a"}),
        ("since=2026-03-15T12:00:01&until=2026-03-16T13:00", {"b"}),
        ("until=2026-03-14T00:00", set()),
        ("person=OPERATOR&until=2026-04-01T00:00", {"a"}),
        ("person=安全&until=2026-04-01T00:00", {"b"}),
        ("action=vehicle&until=2026-04-01T00:00", {"a"}),
        ("subject=b&until=2026-04-01T00:00", {"b"}),
        ("result=refused&until=2026-04-01T00:00", {"b"}),
        ("request_number=abcd-1234&until=2026-04-01T00:00", {"a"}),
        ("since=not-a-time", set()),
    ],
)
def test_each_condition_leaves_exactly_its_rows(
    page: Client, operator: Person, safety_head: Person, query: str, found: set[str]
) -> None:
    Person.objects.filter(pk=safety_head.pk).update(display_name="安全负责人")
    row(operator, subject="a")
    row(
        safety_head, subject="b", action="login", result="refused", request_number="FFFF-0000",
        at=datetime(2026, 3, 16, 4, 0, tzinfo=UTC),
    )  # fmt: skip
    assert set(subjects(page, query)) == found


def test_an_export_holds_before_after_and_seal_and_is_itself_kept(
    page: Client, operator: Person, audit_admin: Person
) -> None:
    row(operator, subject="=cmd")
    audit_rows_seal()
    answer = page.get(
        "/audit/?subject=%3D&columns=subject,at_utc,before,after,seal_hash&export=csv"
    )
    (line,) = csv.DictReader(StringIO(body_of(answer).decode("utf-8-sig"), newline=""))
    assert line["对象"] == "'=cmd"
    assert (line["时间（UTC）"], line["之后"]) == (
        "2026-03-15T04:00:00+00:00",
        '{"model": "x", "plate": "沪B2"}',
    )
    assert line["杂凑值"].startswith("sha256:")
    kept = AuditRow.objects.get(action="audit.export")
    assert (kept.actor, kept.subject, kept.result) == (audit_admin, "1 rows", "read")
    assert (kept.after["query"], kept.after["rows"]) == ("subject=%3D", 1)
    assert kept.after["columns"] == ["subject", "at_utc", "before", "after", "seal_hash"]


def test_who_may_only_read_the_trail_gets_no_file_of_it_and_the_try_is_kept(
    as_safety_head: Client, operator: Person
) -> None:
    row(operator)
    text = as_safety_head.get("/audit/").content.decode()
    assert "export=csv" not in text
    assert "ABCD-1234" in text
    assert as_safety_head.get("/audit/?export=csv").status_code == 403
    assert AuditRow.objects.get(action="audit.export").result == "refused"


def test_one_row_is_shown_with_before_after_and_its_place_in_the_chain(
    page: Client, operator: Person, audit_admin: Person
) -> None:
    made = row(operator)
    assert "尚未入链" in page.get(f"/audit/{made.pk}/").content.decode()
    audit_rows_seal()
    text = page.get(f"/audit/{made.pk}/").content.decode()
    assert "<td>沪A1</td><td><b>沪B2</b></td>" in text
    assert "<td>x</td><td>x</td>" in text
    made.refresh_from_db()
    assert bytes(made.seal.hash).hex() in text
    reads = AuditRow.objects.filter(action="audit.read", subject=f"AuditRow:{made.pk}")
    assert [one.actor for one in reads] == [audit_admin, audit_admin]


def test_another_makers_row_looks_like_none(
    page: Client, other_operator: Person, as_operator: Client
) -> None:
    made = row(other_operator)
    assert page.get(f"/audit/{made.pk}/").status_code == 404
    assert page.get(f"/audit/{made.pk + 10_000}/").status_code == 404
    assert subjects(page, "subject=Vehicle:1") == []
    assert as_operator.get(f"/audit/{made.pk}/").status_code == 403


# ---- verifying


def test_a_verification_is_asked_for_carried_out_and_shown(page: Client, operator: Person) -> None:
    row(operator)
    audit_rows_seal()
    assert page.post("/audit/verifications/", follow=True).status_code == 200
    assert audit_verification_run() == 1
    assert audit_verification_run() == 0
    done = AuditVerification.objects.get()
    mine = AuditRow.objects.filter(maker=operator.maker).count()
    assert (done.rows, done.finding_count) == (mine, 0)
    assert "完整" in page.get("/audit/verifications/").content.decode()
    with translation.override("en"):
        page.cookies["voltward_language"] = "en"
        assert "Whole" in page.get("/audit/verifications/").content.decode()


def test_findings_are_shown_but_not_those_of_another_maker(
    page: Client, audit_admin: Person, other_maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*_: object, stream: int) -> Report:
        made = Report()
        for number in (stream, other_maker.pk, None):
            made.add([Finding("edited", number, f"where-{number}", "this", "that")])
        return made

    monkeypatch.setattr(audit_verifications, "trail_verify", found)
    audit_verification_ask(audit_admin)
    audit_verification_run()
    text = page.get("/audit/verifications/").content.decode()
    assert "2 项发现" in text
    assert "内容被改动" in text
    assert f"where-{audit_admin.maker_id}" in text
    assert "where-None" in text
    assert f"where-{other_maker.pk}" not in text


def test_only_one_verification_at_a_time_and_only_for_the_audit_administrator(
    page: Client, audit_admin: Person, safety_head: Person, as_safety_head: Client
) -> None:
    with pytest.raises(NotPermitted):
        audit_verification_ask(safety_head)
    assert as_safety_head.post("/audit/verifications/").status_code == 403
    assert not AuditVerification.objects.exists()
    audit_verification_ask(audit_admin)
    with pytest.raises(WrongState):
        audit_verification_ask(audit_admin)
    answer = page.post("/audit/verifications/", follow=True)
    assert "核验正在进行" in answer.content.decode()
    assert AuditVerification.objects.count() == 1
