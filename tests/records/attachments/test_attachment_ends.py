"""Attachments: deleted when they may be, in quarantine until scanned, limited by dated rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import _person
from tests.records.attachments.attaching import PDF, PNG, add, files

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.records import approvals, days
from voltward.records import selectors as people
from voltward.records.attachments import owners, scanning
from voltward.records.attachments.scanning import CommandScanner, scanner_of
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import (
    Attachment,
    AttachmentLimit,
    AuditRow,
    Person,
    StoredContent,
)
from voltward.records.retention import Held, StillKept
from voltward.records.selectors import attachments as selectors
from voltward.records.services import attachment_contents as contents
from voltward.records.services import attachments as services
from voltward.records.services.holds import hold_lift, hold_place

pytestmark = pytest.mark.django_db


# ---- deleting


def test_a_slip_is_taken_back_on_the_same_day_by_whoever_made_it(
    safety_head: Person, record: str, store: DiskStorage, django_capture_on_commit_callbacks: Any
) -> None:
    row = add(safety_head, record)
    with django_capture_on_commit_callbacks(execute=True):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="传错")
    assert not Attachment.objects.exists()
    assert not StoredContent.objects.exists()
    assert files(store) == []
    kept = AuditRow.objects.get(action="attachment.delete")
    assert (kept.subject, kept.after, kept.before["name"]) == (
        f"Attachment:{row.pk}",
        {"reason": "传错"},
        "报告.pdf",
    )


def test_a_content_that_another_use_needs_stays(
    safety_head: Person, record: str, store: DiskStorage, django_capture_on_commit_callbacks: Any
) -> None:
    row, other = add(safety_head, record), add(safety_head, record, name="b.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert b"".join(store.parts(other.content_id)) == PDF


def test_what_a_rule_keeps_is_not_deleted_by_hand(
    safety_head: Person, record: str, maker: Any
) -> None:
    row = add(safety_head, record)
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(StillKept):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    colleague = _person("second-head", "safety_head", maker)
    Attachment.objects.update(uploaded_at=timezone.now())
    with pytest.raises(StillKept):  # no slip of the colleague's
        services.attachment_delete(colleague, attachment_id=row.pk, reason="x")
    Attachment.objects.update(kept_from=date(2010, 1, 1))
    services.attachment_delete(colleague, attachment_id=row.pk, reason="期满")
    assert not Attachment.objects.exists()


def test_deleting_needs_a_reason(safety_head: Person, record: str) -> None:
    row = add(safety_head, record)
    with pytest.raises(BadInput):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason=" ")
    assert Attachment.objects.exists()


@pytest.mark.parametrize("named", ["record", "attachment"])
def test_a_hold_on_the_record_or_on_the_file_stops_deletion_by_hand(
    safety_head: Person, as_safety_head: Client, record: str, named: str
) -> None:
    row = add(safety_head, record)
    held = record if named == "record" else f"Attachment:{row.pk}"
    stop = hold_place(safety_head, reason="调查", records=[held])
    with pytest.raises(Held):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    page = as_safety_head.post(f"/attachments/{row.pk}/delete/", {"reason": "x"}, follow=True)
    assert "法律保全中" in page.content.decode()
    assert Attachment.objects.exists()
    hold_lift(safety_head, hold_id=stop.pk, reason="结案")
    services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert not Attachment.objects.exists()


def test_a_broken_build_that_ignores_holds_would_be_caught(
    safety_head: Person, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = add(safety_head, record)
    hold_place(safety_head, reason="调查", records=[record])
    monkeypatch.setattr(services, "hold_checked", lambda maker_id, labels: None)
    services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert not Attachment.objects.exists()


def test_a_document_in_force_counts_its_years_from_when_it_is_replaced(
    safety_head: Person, record: str
) -> None:
    row = add(safety_head, record, kept="policy")
    assert row.kept_from is None
    assert (
        services.attachment_period_begin(safety_head, attachment_id=row.pk).kept_from
        == days.today()
    )
    with pytest.raises(BadInput):
        services.attachment_period_begin(safety_head, attachment_id=row.pk)


# ---- scanning


def command(tmp_path: Path, text: str) -> CommandScanner:
    script = tmp_path / "scan.sh"
    script.write_text(text)
    return CommandScanner(("/bin/sh", str(script)), deadline_s=5)


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[list[Any]]:
    holder: list[Any] = [command(tmp_path, 'grep -q EICAR "$1" && exit 1; exit 0')]
    scanning.hand_in_scanner(lambda: holder[0])
    yield holder
    scanning.hand_in_scanner(lambda: None)


def test_a_file_is_in_quarantine_until_the_scanner_lets_it_through(
    safety_head: Person, as_safety_head: Client, record: str, scanned: list[Any]
) -> None:
    row = add(safety_head, record)
    assert row.content.scan == "waiting"
    with pytest.raises(services.Quarantined):
        services.attachment_taken(safety_head, attachment_id=row.pk)
    assert as_safety_head.get(f"/attachments/{row.pk}/").status_code == 302
    assert not AuditRow.objects.filter(action="attachment.read").exists()
    assert contents.contents_scan(people.installation()) == 1
    assert b"".join(services.attachment_taken(safety_head, attachment_id=row.pk)[1]) == PDF
    assert AuditRow.objects.get(action="attachment.scan").after["scan"] == "clean"


def test_an_infected_file_stays_in_quarantine(
    safety_head: Person, record: str, scanned: list[Any]
) -> None:
    row = add(safety_head, record, PDF + b"EICAR")
    assert contents.contents_scan(people.installation()) == 1
    with pytest.raises(services.Quarantined):
        services.attachment_taken(safety_head, attachment_id=row.pk)


@pytest.mark.parametrize("text", ["exit 2", "kill -9 $$"])
def test_a_scanner_without_a_verdict_is_asked_again(
    safety_head: Person, record: str, scanned: list[Any], tmp_path: Path, text: str
) -> None:
    row = add(safety_head, record)
    good, scanned[0] = scanned[0], command(tmp_path / "..", text)
    assert contents.contents_scan(people.installation()) == 0
    scanned[0] = CommandScanner(("/no/such/scanner",))
    assert contents.contents_scan(people.installation()) == 0
    assert StoredContent.objects.get(pk=row.content_id).scan == "waiting"
    scanned[0] = good
    assert contents.contents_scan(people.installation()) == 1


def test_nobody_but_the_platform_gives_verdicts(
    safety_head: Person, record: str, scanned: list[Any]
) -> None:
    add(safety_head, record)
    with pytest.raises(NotPermitted):
        contents.contents_scan(safety_head)
    assert StoredContent.objects.get().scan == "waiting"


def test_a_setting_names_the_scanner() -> None:
    assert scanner_of("") is None
    assert scanner_of("clamdscan --no-summary") == CommandScanner(("clamdscan", "--no-summary"))


# ---- the limit


def test_another_limit_needs_a_second_person(safety_head: Person, maker: Any) -> None:
    dpo = _person("dpo", "data_protection_officer", maker)
    wish = services.attachment_limit_propose(
        safety_head, max_bytes=500 << 20, slip_hours=2, source="评审纪要 12", reason="视频"
    )
    with pytest.raises(NotPermitted):
        approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert AttachmentLimit.objects.count() == 1
    approvals.approval_accept(dpo, approval_id=wish.pk)
    fresh = AttachmentLimit.objects.latest("effective_from")
    assert (fresh.max_bytes, fresh.slip_hours) == (500 << 20, 2)
    assert selectors.limit_in_force().max_bytes == 200 << 20  # from tomorrow
    with pytest.raises(WrongState):
        approvals.approval_accept(dpo, approval_id=wish.pk)


def test_an_operator_proposes_no_limit_and_a_senseless_one_is_refused(
    operator: Person, safety_head: Person
) -> None:
    good: dict[str, Any] = {"max_bytes": 1 << 21, "slip_hours": 2, "source": "x", "reason": ""}
    with pytest.raises(NotPermitted):
        services.attachment_limit_propose(operator, **good)
    for wrong in ({"max_bytes": 1}, {"slip_hours": 1000}, {"source": " "}):
        with pytest.raises(BadInput):
            services.attachment_limit_propose(safety_head, **good | wrong)


def test_rooms_name_the_records_that_may_have_attachments(
    safety_head: Person, store: DiskStorage
) -> None:
    owners.register(
        owners.Owner("Person", "home.read", lambda actor, key: people.person_by_login(actor.login))
    )
    try:
        assert (
            add(safety_head, f"Person:{safety_head.pk}", PNG, "a.png").record
            == f"Person:{safety_head.pk}"
        )
    finally:
        del owners.OWNERS["Person"]
