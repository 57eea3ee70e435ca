"""What is due goes, and what a legal hold names never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.conftest import _person

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import days, retention
from voltward.records import selectors as people
from voltward.records.attachments import storage
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import (
    Attachment,
    AuditRow,
    HeldRecord,
    LegalHold,
    Maker,
    Person,
)
from voltward.records.retention import Held, later
from voltward.records.selectors.holds import hold_checked
from voltward.records.services import holds as hold_services
from voltward.records.services import retention as services
from voltward.records.services.attachments import attachment_add
from voltward.records.services.holds import hold_lift, hold_place
from voltward.records.services.retention import retention_apply

# ---- what is due


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[DiskStorage]:
    before, made = storage._source[0], DiskStorage(tmp_path / "attachments")
    storage.hand_in_storage(lambda: made)
    yield made
    storage.hand_in_storage(before)


@pytest.fixture
def record(safety_head: Person) -> str:
    return f"LegalHold:{hold_place(safety_head, reason='旧案', records=['Vehicle:1']).pk}"


def kept(actor: Person, record: str, code: str, begun: date) -> Attachment:
    parts = [b"%PDF-" + f"{code}{begun}".encode()]
    row = attachment_add(
        actor, record_label=record, name="a.pdf", parts=parts, retention_class=code
    )
    Attachment.objects.filter(pk=row.pk).update(kept_from=begun)
    return row


def names() -> set[int]:
    return set(Attachment.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_the_job_does_what_each_rule_says_and_leaves_a_row_for_each(
    safety_head: Person,
    record: str,
    maker: Maker,
    django_capture_on_commit_callbacks: Any,
    store: DiskStorage,
) -> None:
    due = later(days.today(), -3, 0)
    gone = kept(safety_head, record, "y3", due - timedelta(days=2))
    young = kept(safety_head, record, "y3", due + timedelta(days=2))
    reviewed = kept(safety_head, record, "dealer", date(2015, 1, 1))
    life = kept(safety_head, record, "eol_test", date(2015, 1, 1))  # 15 years from then
    with django_capture_on_commit_callbacks(execute=True):
        assert retention_apply(people.installation(), batch=1) == 2
    assert names() == {young.pk, reviewed.pk, life.pk}
    assert not store.path(gone.content_id).exists()
    reviewed.refresh_from_db()
    assert reviewed.review_since == days.today()
    row = AuditRow.objects.get(action="retention.apply", subject=f"Attachment:{gone.pk}")
    assert (row.after["then"], row.after["source"], row.maker) == ("delete", "clauses:y3", maker)
    assert retention_apply(people.installation()) == 0


@pytest.mark.django_db
def test_a_hold_stops_the_job_until_it_is_lifted(safety_head: Person, record: str) -> None:
    row = kept(safety_head, record, "y3", date(2015, 1, 1))
    by_file = hold_place(safety_head, reason="调查", records=[f"Attachment:{row.pk}"])
    by_record = hold_place(safety_head, reason="召回", records=[record])
    for stop in (by_file, by_record):
        assert retention_apply(people.installation()) == 0
        assert names() == {row.pk}
        hold_lift(safety_head, hold_id=stop.pk, reason="结案")
    assert retention_apply(people.installation()) == 1
    assert names() == set()


@pytest.mark.django_db
def test_a_broken_build_whose_job_ignores_holds_would_be_caught(
    safety_head: Person, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(safety_head, record, "y3", date(2015, 1, 1))
    hold_place(safety_head, reason="召回", records=[record])
    monkeypatch.setattr(services, "hold_checked", lambda maker_id, labels: None)
    retention_apply(people.installation())
    assert names() == set()


@pytest.mark.django_db
def test_nobody_but_the_platform_applies_retention(safety_head: Person, record: str) -> None:
    row = kept(safety_head, record, "y3", date(2015, 1, 1))
    with pytest.raises(NotPermitted):
        retention_apply(safety_head)
    assert names() == {row.pk}


@pytest.mark.django_db
def test_other_rooms_join_and_may_pseudonymise(maker: Maker) -> None:
    done: list[tuple[str, int]] = []

    def older(maker_id: int, code: str, day: date, after: int, limit: int) -> list[retention.Item]:
        mine = code == "eol_test" and after < maker.pk
        return [retention.Item(maker, ("Test:1",), date(2010, 1, 1), 10)] if mine else []

    def act(name: str) -> Any:
        return lambda actor, item: done.append((name, item.subject.pk))

    retention.register(
        retention.KeptKind("test", older, act("delete"), act("review"), act("pseudonymise"))
    )
    try:
        assert retention_apply(people.installation()) == 1
    finally:
        del retention.KINDS["test"]
    assert done == [("pseudonymise", maker.pk)]


# ---- holds


@pytest.mark.django_db
def test_a_hold_names_its_records_and_stays_on_file_when_it_is_lifted(
    safety_head: Person, maker: Maker
) -> None:
    hold = hold_place(
        safety_head, reason=" 事故调查 ", records=["Vehicle:2", "Vehicle:1", "Vehicle:1", " "]
    )
    assert [one.record for one in HeldRecord.objects.order_by("record")] == [
        "Vehicle:1",
        "Vehicle:2",
    ]
    with pytest.raises(Held):
        hold_checked(maker.pk, ["Battery:9", "Vehicle:2"])
    hold_checked(maker.pk, ["Vehicle:3"])
    hold_lift(safety_head, hold_id=hold.pk, reason="结案")
    hold_checked(maker.pk, ["Vehicle:2"])
    with pytest.raises(WrongState):
        hold_lift(safety_head, hold_id=hold.pk, reason="again")
    assert AuditRow.objects.filter(action__startswith="hold.").count() == 2


@pytest.mark.django_db
def test_a_hold_of_one_maker_does_not_hold_anothers_records(
    safety_head: Person, other_maker: Maker
) -> None:
    hold = hold_place(safety_head, reason="x", records=["Vehicle:1"])
    hold_checked(other_maker.pk, ["Vehicle:1"])
    stranger = _person("stranger", "safety_head", other_maker)
    with pytest.raises(NotFound):
        hold_lift(stranger, hold_id=hold.pk, reason="x")
    assert LegalHold.objects.get().lifted_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "records"), [("", ["Vehicle:1"]), ("x", []), ("x", ["vehicle 1"])]
)
def test_a_hold_without_reason_or_records_is_refused(
    safety_head: Person, reason: str, records: list[str]
) -> None:
    with pytest.raises(BadInput):
        hold_place(safety_head, reason=reason, records=records)
    assert not LegalHold.objects.exists()


@pytest.mark.django_db
def test_holds_are_placed_and_lifted_by_holders_of_the_grant_only(
    operator: Person, safety_head: Person
) -> None:
    with pytest.raises(NotPermitted):
        hold_place(operator, reason="x", records=["Vehicle:1"])
    hold = hold_place(safety_head, reason="x", records=["Vehicle:1"])
    with pytest.raises(NotPermitted):
        hold_services.hold_lift(operator, hold_id=hold.pk, reason="x")
    with pytest.raises(BadInput):
        hold_lift(safety_head, hold_id=hold.pk, reason=" ")
    assert LegalHold.objects.get().lifted_at is None


@pytest.mark.django_db
def test_a_hold_is_placed_and_lifted_on_its_pages(as_safety_head: Client) -> None:
    assert "没有法律保全" in as_safety_head.get("/holds/").content.decode()
    assert (
        as_safety_head.post("/holds/", {"reason": "x", "records": "nonsense here"}).status_code
        == 422
    )
    made = as_safety_head.post(
        "/holds/", {"reason": "调查", "records": "Vehicle:1\nVehicle:2"}, follow=True
    )
    page = made.content.decode()
    assert "Vehicle:2" in page
    assert "还没有附件" in page
    hold = LegalHold.objects.get()
    as_safety_head.post(f"/holds/{hold.pk}/", {"reason": "结案"})
    hold.refresh_from_db()
    assert hold.lifted_reason == "结案"
    assert as_safety_head.get("/holds/0/").status_code == 404
